import type { Tally } from './tally.js';

/** After how many requests the secret changes. */
const REQUESTS_PER_SECRET = 200_000;

/** What a receiver accepts: also the secret before the current one, as during a rotation. */
export interface Secrets {
  readonly current: string;
  readonly previous: string;
}

/** The secrets at this time. Until the first rotation, both are the same. */
export function secretsNow({ requests }: Tally): Secrets {
  const rotations = Math.floor(requests / REQUESTS_PER_SECRET);
  return { current: secretAfter(rotations), previous: secretAfter(Math.max(0, rotations - 1)) };
}

function secretAfter(rotations: number): string {
  return `secret ${String(rotations)} of the soak, long enough`;
}
