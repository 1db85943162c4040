/**
 * A long run with everything at once: many clients of both formats, far more random viewers than are cached, secrets
 * that rotate, retries, redirects and aborts, 100 requests in flight. A receiver that does not use this package checks
 * the viewer of each request that arrives, and in the end nothing may be left behind: no heap, listeners or handles.
 *
 * `npm run soak`; SOAK_SCALE=0.01 makes it a hundred times shorter. `npm run soak -- --control` shows that it finds a
 * leak: it runs a copy whose cache of pairs is unbounded, and expects it to fail.
 */
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { getEventListeners, setMaxListeners } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios, { AxiosError, type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { attachViewerContext, createSeerClient, type ViewerContextFormat } from 'axios-viewer-context';
import { signViewerContext } from 'axios-viewer-context/protocol';
import { establishViewer, type Established } from '../__tests__/support/receiver.js';

const SCALE = Number(process.env['SOAK_SCALE'] ?? 1);
const IN_FLIGHT = 100;
/** What the heap may differ by after collection, in bytes: caches of Node and of the JIT compiler. */
const HEAP_NOISE = 8 * 1024 * 1024;
/** One request in this many, by its number, has something happen to it. */
const EVERY = { noViewer: 11, retry: 13, redirect: 17, abort: 19 };

const faults: string[] = [];
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const fault = (line: string): void => {
  if (faults.push(line) <= 10) say(`  FAULT: ${line}`);
};

// The secret changes after so many requests. Receivers accept the one before it too, as during a rotation.
let requests = 0;
const secretAt = (number: number): string => `secret ${String(Math.floor(number / 200_000))} of the soak, long enough`;
const secretNow = (): string => secretAt(requests);

/** Who a request was made for, in a header of its own, which is not signed. */
const EXPECTED = 'x-expected';

/** Checks a request that arrived: throws unless it is signed for the viewer that it was made for. */
function judge(headers: Record<string, string | undefined>): void {
  const format: ViewerContextFormat = headers['x-format'] === 'jwt' ? 'jwt' : 'pair';
  const secrets = [secretNow(), secretAt(Math.max(0, requests - 200_000))];
  let established: Established | undefined;
  let problem: unknown;
  for (const secret of secrets) {
    try {
      established ??= establishViewer({ headers }, secret, format);
    } catch (error) {
      problem = error;
    }
  }
  if (established === undefined) throw problem;
  const text = established === 'no viewer' ? established : JSON.stringify(established);
  if (text !== headers[EXPECTED]) throw new Error(`signed for ${text}, made for ${String(headers[EXPECTED])}`);
}

// The requests that must arrive: all but those that are aborted, which may arrive or not.
const counts = { due: 0, aborted: 0, arrived: 0 };

function arrived(headers: Record<string, string | undefined>): void {
  counts.arrived += 1;
  try {
    judge(headers);
  } catch (error) {
    fault(String(error));
  }
}

/** The judge refuses what it must: unsigned, tampered with, or signed for a different viewer. */
function assertJudgeRefuses(): void {
  for (const format of ['pair', 'jwt'] as const) {
    const signed = signViewerContext({ organizationId: 1, userId: 2 }, secretNow(), { format });
    const names = Object.entries(signed).map(([name, value]) => [name.toLowerCase(), value] as const);
    const right: Record<string, string | undefined> = {
      ...Object.fromEntries(names),
      'x-format': format,
      [EXPECTED]: '{"organization_id":1,"user_id":2}',
    };
    judge(right);
    const wrong = [
      { ...right, [EXPECTED]: '{"organization_id":1,"user_id":3}' },
      { ...right, [EXPECTED]: 'no viewer' },
      { ...right, 'x-viewer-context': undefined, 'x-viewer-context-signature': undefined },
      { ...right, 'x-viewer-context': `${String(right['x-viewer-context'])} ` },
      { ...right, 'x-format': format === 'jwt' ? 'pair' : 'jwt' },
    ];
    for (const headers of wrong) {
      assert.throws(() => {
        judge(headers);
      });
    }
  }
}

interface Client {
  readonly client: AxiosInstance;
  readonly format: ViewerContextFormat;
}

/** The four kinds of clients, over an adapter. */
function clientsFor(defaults: {
  adapter: 'http' | 'fetch' | typeof inProcess;
  baseURL: string;
  httpAgent?: http.Agent;
}): Client[] {
  return (['pair', 'jwt'] as const).flatMap((format) => {
    const headers = { 'x-format': format };
    const attached = axios.create({ ...defaults, headers, proxy: false });
    attachViewerContext(attached, { secret: () => Promise.resolve(secretNow()), format });
    return [
      { client: attached, format },
      { client: createSeerClient({ ...defaults, headers, secret: secretNow, format }), format },
    ];
  });
}

/** Answers in this process: 503 to the first attempt of a request that is to be retried. */
function inProcess(
  config: InternalAxiosRequestConfig,
): Promise<{ data: string; status: number; statusText: string; headers: object; config: InternalAxiosRequestConfig }> {
  const headers = Object.fromEntries(
    Object.entries(config.headers.toJSON()).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
  arrived(headers);
  const response = { data: 'ok', status: headers['x-fail'] === '1' ? 503 : 200, statusText: '', headers: {}, config };
  if (response.status === 200) return Promise.resolve(response);
  return Promise.reject(new AxiosError('503', undefined, config, undefined, response as never));
}

// One signal that many requests share: what a request leaves on it piles up.
const shared = new AbortController();
setMaxListeners(0, shared.signal);
const random = (max: number): number => 1 + Math.floor(Math.random() * max);

/** Sends one request and, by its number, retries, redirects or aborts it. */
async function send({ client }: Client, number: number): Promise<void> {
  const viewerContext =
    number % EVERY.noViewer === 0 ? null : { organizationId: random(1e6), userId: String(random(1e9)) };
  const expected =
    viewerContext === null
      ? 'no viewer'
      : JSON.stringify({ organization_id: viewerContext.organizationId, user_id: Number(viewerContext.userId) });
  const headers: Record<string, string> = { [EXPECTED]: expected };
  const url = number % EVERY.redirect === 0 ? '/redirect' : '/';
  const validateStatus = (status: number): boolean => status < 400;
  // Fetch follows no redirects: it rejects them, without a response.
  const isUnfollowed = ({ response }: AxiosError): boolean => url === '/redirect' && response === undefined;
  if (number % EVERY.abort === 0) {
    const { signal, abort } = abortable();
    const request = client.post(url, { number }, { viewerContext, headers, signal, validateStatus });
    counts.aborted += 1;
    abort();
    await request.catch((error: unknown) => {
      if (!axios.isCancel(error) && !isUnfollowed(error as AxiosError)) throw error;
    });
    return;
  }
  if (number % EVERY.retry === 0) headers['x-fail'] = '1';
  const { signal } = shared;
  counts.due += 1;
  try {
    await client.post(url, { number }, { viewerContext, headers, signal, validateStatus });
  } catch (error) {
    const { config, response } = error as AxiosError;
    if (isUnfollowed(error as AxiosError)) return;
    if (config === undefined || response?.status !== 503 || headers['x-fail'] !== '1') throw error;
    config.headers.set('x-fail', '0');
    counts.due += 1;
    await client.request(config).catch((again: unknown) => {
      if (!isUnfollowed(again as AxiosError)) throw again;
    });
  }
}

function abortable(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  return {
    signal: controller.signal,
    abort: () => {
      if (Math.random() < 0.5) abort();
      else setTimeout(abort, Math.random() * 2);
    },
  };
}

/** Sends `total` requests, `IN_FLIGHT` at a time, through the clients in turn. */
async function sendAll(title: string, total: number, clients: readonly Client[]): Promise<void> {
  let next = 0;
  const started = performance.now();
  const worker = async (): Promise<void> => {
    while (next < total) {
      const number = (next += 1);
      requests += 1;
      const client = clients.at(number % clients.length) ?? assert.fail('There are no clients.');
      await send(client, number).catch((error: unknown) => {
        fault(`${title}, request ${String(number)}: ${String(error)}`);
      });
      if (number % Math.ceil(total / 10) === 0) say(`  ${title}: ${number.toLocaleString('en')} requests`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  say(`  ${title}: ${total.toLocaleString('en')} in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  const { due, aborted, arrived: all } = counts;
  if (all < due || all > due + aborted) {
    fault(`${title}: ${String(all)} arrived, of ${String(due)} and perhaps ${String(aborted)} aborted ones`);
  }
}

function heapUsed(): number {
  if (globalThis.gc === undefined) throw new Error('Run with --expose-gc.');
  for (let run = 0; run < 3; run += 1) globalThis.gc();
  return process.memoryUsage().heapUsed;
}

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

/** Runs something twice, first to warm up, and reports a fault if the second run has made something grow. */
async function watch(title: string, work: (scale: number) => Promise<void>): Promise<void> {
  await work(0.02); // anything compiled and cached once is not growth
  const before = { heap: heapUsed(), handles: process.getActiveResourcesInfo().length };
  await work(1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const after = { heap: heapUsed(), handles: process.getActiveResourcesInfo().length };
  const listeners = getEventListeners(shared.signal, 'abort').length;
  say(
    `  ${title}: heap ${megabytes(before.heap)} -> ${megabytes(after.heap)}, handles ${String(before.handles)} -> ${String(after.handles)}, ${String(listeners)} listeners left`,
  );
  if (after.heap - before.heap > HEAP_NOISE) fault(`${title}: the heap grew by ${megabytes(after.heap - before.heap)}`);
  if (after.handles > before.handles + 2 * IN_FLIGHT) fault(`${title}: ${String(after.handles)} handles are left`);
  if (listeners > 0) fault(`${title}: ${String(listeners)} listeners are left on a signal`);
}

/**
 * A server that checks each request, and fails or redirects those that ask for it; and one that no viewer may reach.
 */
async function startServers(): Promise<{ origin: string; close: () => void }> {
  const listen = async (listener: http.RequestListener): Promise<[http.Server, string]> => {
    const server = http.createServer((request, response) => {
      request.resume().on('end', () => {
        listener(request, response);
      });
    });
    server.keepAliveTimeout = 0;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return [server, `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`];
  };
  const [foreign, foreignOrigin] = await listen(({ rawHeaders }, response) => {
    if (/x[-_]viewer[-_]context|rpcsignature/i.test(rawHeaders.join())) {
      fault('a signature arrived at a foreign server');
    }
    response.end();
  });
  const [server, origin] = await listen((request, response) => {
    arrived(request.headers as Record<string, string>);
    if (request.headers['x-fail'] === '1') response.writeHead(503).end();
    else if (request.url === '/redirect') response.writeHead(302, { location: foreignOrigin }).end();
    else response.end();
  });
  const close = (): void => {
    for (const each of [server, foreign]) each.close().closeAllConnections();
  };
  return { origin, close };
}

async function soak(): Promise<void> {
  assertJudgeRefuses();
  const here = clientsFor({ adapter: inProcess, baseURL: 'https://seer.internal' });
  await watch('in process', (scale) => sendAll('in process', Math.round(1_000_000 * SCALE * scale), here));

  const { origin, close } = await startServers();
  const httpAgent = new http.Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  const there = [
    ...clientsFor({ adapter: 'http', baseURL: origin, httpAgent }),
    ...clientsFor({ adapter: 'fetch', baseURL: origin }),
  ];
  await watch('over loopback', (scale) => sendAll('over loopback', Math.round(50_000 * SCALE * scale), there));
  const sockets = Object.values(httpAgent.freeSockets).flatMap((free) => free ?? []);
  const most = Math.max(
    0,
    ...sockets.map((socket) => socket.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0)),
  );
  say(`  over loopback: at most ${String(most)} listeners on a socket`);
  if (most > 20) fault(`${String(most)} listeners on a socket`);
  httpAgent.destroy();
  close();

  const client = axios.create({ baseURL: 'https://seer.internal' });
  await watch('attach and detach', (scale) => {
    for (let round = 0; round < 10_000 * SCALE * scale; round += 1) {
      attachViewerContext(client, { secret: secretNow() })();
    }
    return Promise.resolve();
  });
  const { handlers } = client.interceptors.request as unknown as { handlers: (object | null)[] };
  if (handlers.some((handler) => handler !== null)) fault('interceptors are left after detaching');
}

/** Runs a copy whose cache of pairs is unbounded. Returns whether it failed because the heap grew. */
function findsLeak(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'axios-viewer-context-soak-'));
  for (const name of ['src', 'scripts', '__tests__', 'package.json', 'tsconfig.json']) {
    cpSync(join(__dirname, '..', name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(__dirname, '../node_modules'), join(folder, 'node_modules'));
  const pair = join(folder, 'src/protocol/pair.ts');
  const bounded = readFileSync(pair, 'utf8');
  const unbounded = bounded.replace('if (pairsOfKey.size >= MAX_PAIRS) pairsOfKey.clear();', '');
  writeFileSync(pair, unbounded);
  const args = ['--expose-gc', '--import', 'tsx', 'scripts/soak.ts'];
  const env = { ...process.env, SOAK_SCALE: '0.15' };
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  say(stdout.trim());
  return unbounded !== bounded && status === 1 && stdout.includes('in process: the heap grew');
}

async function main(): Promise<void> {
  if (process.argv.includes('--control')) {
    const isFound = findsLeak();
    say(isFound ? 'control: with an unbounded cache of pairs, the soak fails' : 'control: the leak was NOT found');
    process.exitCode = isFound ? 0 : 1;
    return;
  }
  await soak();
  say(
    faults.length === 0
      ? `soak: ${requests.toLocaleString('en')} requests, no fault`
      : `soak: ${String(faults.length)} faults`,
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
}

void main();
