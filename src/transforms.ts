import type { FinalConfig, RequestConfig, RequestTransform, TransformHeaders } from './axios-types.js';
import { ownValue } from './properties.js';

/** What our transform does with the final request. */
export type SignRequest = (config: FinalConfig, data: unknown, headers: TransformHeaders, isLast: boolean) => unknown;

/** Takes back what a transform of ours has put on the headers. */
type Retract = (headers: object) => void;

/** What a transform of ours keeps, for the next attempt of its config. */
interface Parts {
  retract: Retract;
  /** The transform that it runs first, if the list had any. */
  before: unknown[];
}

// Under Symbol.for, since another build or copy of this package must know ours too.
const PARTS = Symbol.for('axios-viewer-context.parts');

/**
 * Makes `signRequest` the last request transform. One of an earlier attempt, on a config that is sent again, is removed,
 * with what it has put on the headers.
 *
 * It takes the place of the last transform there is, and runs it first: for each transform of the list axios normalizes
 * all headers once more (all versions), which would cost more than the rest of this package.
 */
export function appendTransform(config: RequestConfig, signRequest: SignRequest, retract: Retract): void {
  const transforms: unknown[] = [];
  // forEach, as axios's own, passes over the holes of a list
  transformsOf(config).forEach((other) => {
    const parts = partsOf(other);
    if (parts === undefined) return transforms.push(other);
    parts.retract(Object(config.headers) as object);
    return transforms.push(...parts.before);
  });
  const before = transforms.splice(-1);
  const transform: RequestTransform & { [PARTS]?: Parts } = function (data, headers) {
    let transformed = data;
    for (const other of before) transformed = (other as RequestTransform).call(this, transformed, headers);
    return signRequest(this, transformed, headers, transformsOf(this).at(-1) === transform);
  };
  transform[PARTS] = { retract, before };
  transforms.push(transform);
  config.transformRequest = transforms;
}

/** axios takes one function, a list, or nothing. */
function transformsOf({ transformRequest }: RequestConfig): unknown[] {
  if (transformRequest === undefined || transformRequest === null) return [];
  return Array.isArray(transformRequest) ? (transformRequest as unknown[]) : [transformRequest];
}

/** The parts of a transform of ours; `undefined` for any other. */
function partsOf(transform: unknown): Parts | undefined {
  return ownValue(Object(transform) as object, PARTS) as Parts | undefined;
}
