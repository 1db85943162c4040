/**
 * A long run: many viewers interleaved, over an adapter in this process and over a loopback server; then attaching and
 * detaching. Every established viewer must be that of its request, and nothing may be left behind.
 *
 * SOAK_SCALE=0.01 makes it a hundred times shorter.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import axios, { type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { attachViewerContext, createSeerClient } from 'axios-viewer-context';
import { verifyBody, verifyViewerContext } from 'axios-viewer-context/protocol';

const SCALE = Number(process.env['SOAK_SCALE'] ?? 1);
const SECRET = 'a secret of the soak';
const secrets = [SECRET];
const IN_FLIGHT = 100;
/** What the heap may differ by after collection, in bytes: caches of Node and of the JIT compiler. */
const HEAP_NOISE = 8 * 1024 * 1024;

const faults: string[] = [];
const say = (line: string): void => void process.stdout.write(`${line}\n`);

function heapUsed(): number {
  if (globalThis.gc === undefined) throw new Error('Run with --expose-gc.');
  for (let run = 0; run < 3; run += 1) globalThis.gc();
  return process.memoryUsage().heapUsed;
}

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

/** Runs `total` requests, `IN_FLIGHT` at a time; request `n` is for user `n % 1000 + 1` of organization `n % 7 + 1`, or without a viewer. */
async function run(title: string, total: number, client: AxiosInstance): Promise<void> {
  let next = 0;
  let wrong = 0;
  const started = performance.now();
  const worker = async (): Promise<void> => {
    while (next < total) {
      const n = (next += 1);
      const viewerContext = n % 11 === 0 ? null : { organizationId: (n % 7) + 1, userId: String((n % 1000) + 1) };
      const { data } = await client.post<string>('/', { n }, { viewerContext });
      const expected = viewerContext === null ? 'no viewer' : `${String((n % 7) + 1)}/${String((n % 1000) + 1)}`;
      if (data !== expected) wrong += 1;
      if (n % Math.ceil(total / 10) === 0) say(`  ${title}: ${n.toLocaleString('en')} requests`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  const seconds = (performance.now() - started) / 1000;
  say(
    `  ${title}: ${total.toLocaleString('en')} requests in ${seconds.toFixed(0)} s, ${String(wrong)} for a wrong viewer`,
  );
  if (wrong > 0) faults.push(`${title}: ${String(wrong)} requests for a wrong viewer`);
}

/** What the receiver establishes from headers and body. */
function establish(
  headers: Parameters<typeof verifyViewerContext>[0],
  authorization: string,
  body: string | Buffer,
): string {
  verifyBody(body, authorization, { secrets });
  if (!('x-viewer-context' in headers || 'X-Viewer-Context' in headers)) return 'no viewer';
  const viewer = verifyViewerContext(headers, { secrets });
  return `${String(viewer?.organizationId)}/${String(viewer?.userId)}`;
}

/** Runs something, and finds fault with a heap that has grown by it. */
async function watchHeap(title: string, work: (scale: number) => Promise<void>): Promise<void> {
  await work(0.02); // warm up: what is compiled and cached once is no growth
  const before = heapUsed();
  await work(1);
  const after = heapUsed();
  say(`  ${title}: heap ${megabytes(before)} before, ${megabytes(after)} after`);
  if (after - before > HEAP_NOISE) faults.push(`${title}: the heap grew by ${megabytes(after - before)}`);
}

async function soakInProcess(): Promise<void> {
  const adapter = (config: InternalAxiosRequestConfig) => {
    const headers = config.headers.toJSON() as Record<string, string>;
    const data = establish(headers, headers['Authorization'] ?? '', config.data as string);
    return Promise.resolve({ data, status: 200, statusText: '', headers: {}, config });
  };
  const client = createSeerClient({ adapter, secret: () => SECRET });
  await watchHeap('in process', (scale) => run('in process', Math.round(1_000_000 * SCALE * scale), client));
}

async function soakOverLoopback(): Promise<void> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      try {
        response.end(establish(request.headers, request.headers.authorization ?? '', Buffer.concat(chunks)));
      } catch (error) {
        response.writeHead(401).end(String(error));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const httpAgent = new http.Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  const client = createSeerClient({ baseURL: `http://127.0.0.1:${String(port)}`, secret: SECRET, httpAgent });
  await watchHeap('over loopback', (scale) => run('over loopback', Math.round(50_000 * SCALE * scale), client));
  const listeners = Object.values(httpAgent.freeSockets)
    .flatMap((sockets) => sockets ?? [])
    .map((socket) => socket.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0));
  say(`  over loopback: at most ${String(Math.max(...listeners))} listeners on a socket`);
  if (Math.max(...listeners) > 20) faults.push('listeners pile up on sockets');
  httpAgent.destroy();
  server.closeAllConnections();
  server.close();
}

async function soakAttaching(): Promise<void> {
  const client = axios.create({ baseURL: 'https://seer.internal' });
  await watchHeap('attach and detach', (scale) => {
    for (let round = 0; round < Math.round(10_000 * SCALE * scale); round += 1) {
      attachViewerContext(client, { secret: SECRET })();
    }
    return Promise.resolve();
  });
  const { handlers } = client.interceptors.request as unknown as { handlers: unknown[] };
  const left = handlers.filter((handler) => handler !== null).length;
  say(`  attach and detach: ${String(left)} interceptors left, a list of ${String(handlers.length)}`);
  if (left > 0) faults.push(`${String(left)} interceptors left after detaching`);
}

async function main(): Promise<void> {
  for (const soak of [soakInProcess, soakOverLoopback, soakAttaching]) await soak();
  const total = Math.round(1_050_000 * SCALE);
  say(faults.length === 0 ? `soak: ${total.toLocaleString('en')} requests, no fault` : `soak: ${faults.join('; ')}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

void main();
