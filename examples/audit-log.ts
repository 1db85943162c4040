/**
 * A receiver that writes an audit log with pino: one line for each request, with the viewer that was verified, or the
 * code with which the request was refused. `--log-request` shows what a line would contain if it logged the request
 * itself.
 */
import { randomUUID } from 'node:crypto';
import { request as sendRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { pino, stdSerializers } from 'pino';
import { signBody, signViewerContext, type Viewer } from 'axios-viewer-context/protocol';
import { listen } from './listen.js';
import { readRawBytes } from './receivers/raw-bytes.js';
import { Refusal, responseTo, verifyRequest } from './receivers/verified-request.js';

const secret = process.env['SEER_API_SHARED_SECRET'] ?? 'a secret for this example only';
const isNaive = process.argv.includes('--log-request');

// A logger of its own: the level of the application's log must not switch it off.
const log = pino({ base: { log: 'audit' }, level: 'info' });

/** What is learned about a request while it is served. */
interface Known {
  /** Only once it is verified, because the claims of a refused request prove nothing. */
  viewer?: Viewer | null;
  code?: string | undefined;
}

/**
 * Writes one line when the request has ended, however it ends. The fields are chosen here, never copied from the
 * request.
 */
function audit(request: IncomingMessage, response: ServerResponse): Known {
  const known: Known = {};
  response.once('close', () => {
    log.info({
      id: randomUUID(),
      method: request.method,
      path: request.url?.replace(/\?.*/s, ''), // a query can contain anything
      status: response.writableFinished ? response.statusCode : 'aborted',
      ...known,
      ...(isNaive && { req: stdSerializers.req(request) }),
    });
  });
  return known;
}

/** Access control: a viewer sees only the models of its own organization. */
function serve(path: string, viewer: Viewer | null): object {
  const [, organizationId] = /^\/organizations\/(\d+)\//.exec(path) ?? [];
  if (viewer?.organizationId !== Number(organizationId)) throw new Refusal(403);
  return { models: [] };
}

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const known = audit(request, response); // before anything that can fail
  const reply = (status: number, content: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
  };
  try {
    const raw = await readRawBytes(request);
    known.viewer = verifyRequest(request.headers, raw, { secrets: () => [secret] });
    reply(200, serve(request.url ?? '', known.viewer));
  } catch (error) {
    const { status, body } = responseTo(error);
    known.code = body.code;
    reply(status, body);
  }
}

async function main(): Promise<void> {
  const server = await listen((request, response) => {
    void receive(request, response);
  });
  const body = { Authorization: signBody('', secret) };
  const signed = { ...body, ...signViewerContext({ organizationId: 42, userId: 7 }, secret) };
  const get = (path: string, headers: Record<string, string>): Promise<Response> =>
    fetch(server.url + path, { headers });

  await get('/organizations/42/models?token=confidential', signed);
  await get('/organizations/43/models', signed);
  await get('/organizations/42/models', body); // without a viewer
  await get('/organizations/42/models', { ...signed, 'X-Viewer-Context': '{"organization_id":42,"user_id":8}' });
  await get('/organizations/42/models', {});

  const upload = sendRequest(server.url, { method: 'POST', headers: { 'Content-Length': 100 } });
  upload.on('error', () => undefined).flushHeaders();
  await wait(100);
  upload.destroy();
  await wait(100);
  await server.close();
}

void main();
