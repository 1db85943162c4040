import type { FinalConfig, RequestConfig, RequestTransform } from './axios-types.js';
import { ownValue } from './properties.js';

/** What our transform does with the final request. */
export type SignRequest = (config: FinalConfig, data: unknown, isLast: boolean) => unknown;

/** Takes back what a transform of ours has put on the headers. */
type Retract = (headers: object) => void;

// Under Symbol.for, since another build or copy of this package must know ours too.
const RETRACT = Symbol.for('axios-viewer-context.retract');

/**
 * Makes `signRequest` the last request transform. One of an earlier attempt, on a config that is sent again, is removed,
 * with what it has put on the headers.
 */
export function appendTransform(config: RequestConfig, signRequest: SignRequest, retract: Retract): void {
  const transform: RequestTransform & { [RETRACT]?: Retract } = function (data) {
    return signRequest(this, data, transformsOf(this).at(-1) === transform);
  };
  transform[RETRACT] = retract;
  const transforms: unknown[] = [];
  // forEach, as axios's own, passes over the holes of a list
  transformsOf(config).forEach((other) => {
    const retractOther = retractOf(other);
    if (retractOther === undefined) transforms.push(other);
    else retractOther(Object(config.headers) as object);
  });
  transforms.push(transform);
  config.transformRequest = transforms;
}

/** axios takes one function, a list, or nothing. */
function transformsOf({ transformRequest }: RequestConfig): unknown[] {
  if (transformRequest === undefined || transformRequest === null) return [];
  return Array.isArray(transformRequest) ? (transformRequest as unknown[]) : [transformRequest];
}

/** The `retract` of a transform of ours; `undefined` for any other. */
function retractOf(transform: unknown): Retract | undefined {
  return ownValue(Object(transform) as object, RETRACT) as Retract | undefined;
}
