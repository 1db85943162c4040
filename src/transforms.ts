import type { FinalConfig, RequestConfig, RequestTransform, TransformHeaders } from './axios-types.js';

/** What our transform does with the final request. */
export type SignRequest = (config: FinalConfig, data: unknown, headers: TransformHeaders, isLast: boolean) => unknown;

/** Takes back what a transform of ours has put on the headers. */
type Retract = (headers: object) => void;

// Under Symbol.for, since another build or copy of this package must know ours too.
const RETRACT = Symbol.for('axios-viewer-context.retract');

/**
 * Makes `signRequest` the last request transform. One of an earlier attempt, on a config that is sent again, is removed,
 * with what it has put on the headers.
 */
export function appendTransform(config: RequestConfig, signRequest: SignRequest, retract: Retract): void {
  const transform: RequestTransform = function (data, headers) {
    return signRequest(this, data, headers, transformsOf(this).at(-1) === transform);
  };
  const others = transformsOf(config).filter((other) => {
    const retractOther = retractOf(other);
    retractOther?.(Object(config.headers) as object);
    return retractOther === undefined;
  });
  config.transformRequest = [...others, Object.assign(transform, { [RETRACT]: retract })];
}

/** axios takes one function, a list, or nothing. */
function transformsOf({ transformRequest }: RequestConfig): unknown[] {
  if (transformRequest === undefined || transformRequest === null) return [];
  return Array.isArray(transformRequest) ? (transformRequest as unknown[]) : [transformRequest];
}

/** The `retract` of a transform of ours; `undefined` for any other. */
function retractOf(transform: unknown): Retract | undefined {
  const isOurs = typeof transform === 'function' && Object.hasOwn(transform, RETRACT);
  return isOurs ? (transform as unknown as { [RETRACT]: Retract })[RETRACT] : undefined;
}
