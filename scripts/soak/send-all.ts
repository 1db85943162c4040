import assert from 'node:assert';
import type { AxiosInstance } from 'axios';
import { send } from './send.js';
import type { Tally } from './tally.js';

/** How many requests are in flight at a time. */
export const IN_FLIGHT = 100;
/** How many lines show the progress. */
const PROGRESS_LINES = 10;

/** Sends a number of requests through the clients in turn. */
export async function sendAll(
  total: number,
  clients: readonly AxiosInstance[],
  signal: AbortSignal,
  tally: Tally,
): Promise<void> {
  const started = performance.now();
  let begun = 0;
  let done = 0;
  const sendOneAfterAnother = async (): Promise<void> => {
    while (begun < total) {
      begun += 1;
      tally.requests += 1;
      const number = begun;
      const client = clients[number % clients.length] ?? assert.fail('There are no clients.');
      await send(client, number, signal, tally).catch((error: unknown) => {
        tally.reportFault(`request ${String(number)}: ${String(error)}`);
      });
      done += 1;
      if (done % Math.ceil(total / PROGRESS_LINES) === 0) console.log(`  ${done.toLocaleString('en')} requests`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, sendOneAfterAnother));
  const seconds = (performance.now() - started) / 1000;
  console.log(`  ${total.toLocaleString('en')} requests in ${seconds.toFixed(0)} s`);
  checkArrivals(tally);
}

/** Checks that everything that must arrive has arrived, and nothing twice. */
function checkArrivals(tally: Tally): void {
  const { arrived, due, aborted } = tally;
  if (arrived >= due && arrived <= due + aborted) return;
  tally.reportFault(`${String(arrived)} arrived, of ${String(due)} and perhaps ${String(aborted)} aborted ones`);
}
