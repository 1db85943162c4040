import type { IncomingHttpHeaders } from 'node:http';
import { judge } from './judge.js';
import { secretsNow } from './secrets.js';
import type { Tally } from './tally.js';

/** Counts a request that has arrived, and judges it. */
export function receive(headers: IncomingHttpHeaders, tally: Tally): void {
  tally.arrived += 1;
  try {
    judge(headers, secretsNow(tally));
  } catch (error) {
    tally.reportFault(String(error));
  }
}
