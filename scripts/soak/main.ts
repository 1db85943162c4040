/**
 * `npm run soak`: a long run with everything at once. Many clients of both formats, far more random viewers than are
 * cached, secrets that rotate, retries, redirects and aborts, 100 requests in flight. A receiver that does not use this
 * package checks the viewer of each request that arrives, and in the end nothing may be left behind: no heap, listeners
 * or handles.
 *
 * SOAK_SCALE=0.01 makes it a hundred times shorter. `npm run soak -- --control` shows that it finds a leak: it runs a
 * copy with an unbounded cache of pairs, and expects that run to fail.
 */
import { Agent } from 'node:http';
import axios from 'axios';
import { attachViewerContext } from 'axios-viewer-context';
import { createClients } from './clients.js';
import { findsLeak } from './control.js';
import { checkSockets, watchGrowth } from './growth.js';
import { inProcessAdapter } from './in-process.js';
import { assertJudgeRefuses } from './judge.js';
import { IN_FLIGHT, sendAll } from './send-all.js';
import { startForeignServer, startReceiver } from './servers.js';
import { Tally } from './tally.js';

const SCALE = Number(process.env['SOAK_SCALE'] ?? 1);
const REQUESTS_IN_PROCESS = 1_000_000 * SCALE;
const REQUESTS_OVER_LOOPBACK = 50_000 * SCALE;
const ATTACHMENTS = 10_000 * SCALE;

async function main(): Promise<void> {
  const isPassed = process.argv.includes('--control') ? await runControl() : await soak();
  process.exitCode = isPassed ? 0 : 1;
}

async function runControl(): Promise<boolean> {
  const isFound = await findsLeak();
  console.log(
    isFound ? 'control: with an unbounded cache of pairs, the soak fails' : 'control: the leak was NOT found',
  );
  return isFound;
}

async function soak(): Promise<boolean> {
  assertJudgeRefuses('pair');
  assertJudgeRefuses('jwt');
  const tally = new Tally();

  await sendInProcess(tally);
  await sendOverLoopback(tally);
  await attachAndDetach(tally);

  const requests = tally.requests.toLocaleString('en');
  console.log(`soak: ${requests} requests, ${tally.faults === 0 ? 'no fault' : `${String(tally.faults)} faults`}`);
  return tally.faults === 0;
}

async function sendInProcess(tally: Tally): Promise<void> {
  const clients = createClients({ adapter: inProcessAdapter(tally), baseURL: 'https://seer.internal' }, tally);
  await watchGrowth('in process', tally, (share, signal) =>
    sendAll(Math.round(REQUESTS_IN_PROCESS * share), clients, signal, tally),
  );
}

async function sendOverLoopback(tally: Tally): Promise<void> {
  const foreign = await startForeignServer(tally);
  const receiver = await startReceiver(foreign.origin, tally);
  const baseURL = receiver.origin;
  const httpAgent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  const clients = [
    ...createClients({ adapter: 'http', baseURL, httpAgent }, tally),
    ...createClients({ adapter: 'fetch', baseURL }, tally),
  ];
  await watchGrowth('over loopback', tally, (share, signal) =>
    sendAll(Math.round(REQUESTS_OVER_LOOPBACK * share), clients, signal, tally),
  );
  checkSockets(httpAgent, tally);

  httpAgent.destroy();
  await receiver[Symbol.asyncDispose]();
  await foreign[Symbol.asyncDispose]();
}

async function attachAndDetach(tally: Tally): Promise<void> {
  const client = axios.create();
  await watchGrowth('attach and detach', tally, (share) => {
    for (let round = 0; round < ATTACHMENTS * share; round += 1) {
      const detach = attachViewerContext(client, { secret: 'the secret of the soak' });
      detach();
    }
  });
  // What axios keeps of its interceptors: `null` for an ejected interceptor.
  const { handlers } = client.interceptors.request as unknown as { handlers: (object | null)[] };
  if (handlers.some((handler) => handler !== null)) tally.reportFault('interceptors are left after detaching');
}

void main();
