// What must and what must not compile, in every module format.
import axios, { AxiosHeaders, type AxiosRequestConfig, type CreateAxiosDefaults } from 'axios';
import {
  attachViewerContext,
  createSeerClient,
  isViewerContextError,
  ViewerContextError,
  type ActorType,
  type SeerClient,
  type SharedSecret,
  type Viewer,
  type ViewerContext,
  type ViewerContextErrorCode,
  type ViewerContextFormat,
  type ViewerContextOptions,
} from 'axios-viewer-context';
import { keyId, signBody, signViewerContext, verifyBody, verifyViewerContext } from 'axios-viewer-context/protocol';
import { createSecretKey } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const client = axios.create({ baseURL: 'https://seer.internal' });
const detach: () => void = attachViewerContext(client, { secret: process.env['SECRET'] });
attachViewerContext(axios, { secret: undefined, onMissingSecret: 'throw', logger: console });
attachViewerContext(client, { secret: () => Promise.resolve('x'), allowedOrigins: ['https://seer.internal'] });
attachViewerContext(client, { secret: createSecretKey('x', 'utf8'), defaultViewerContext: () => undefined });
attachViewerContext(client, { secret: Buffer.from('x'), defaultViewerContext: { userId: '2' } });
// @ts-expect-error the secret must be there, if only as undefined
attachViewerContext(client, {});
// @ts-expect-error no such option
attachViewerContext(client, { secret: 'x', allowedOrigin: [] });
attachViewerContext(client, { secret: 'x', defaultViewerContext: () => Promise.resolve({ userId: 2 }) });
attachViewerContext(client, { secret: 'x', defaultViewerContext: null, onMissingViewerContext: 'throw' });
// @ts-expect-error no such value
attachViewerContext(client, { secret: 'x', onMissingViewerContext: 'warn' });
attachViewerContext(client, { secret: 'x', format: 'jwt', defaultViewerContext: { projectId: 3, actorType: 'agent' } });
const format: ViewerContextFormat = createSeerClient({ format: 'pair' }) ? 'pair' : 'jwt';
// @ts-expect-error no such format
attachViewerContext(client, { secret: 'x', format: 'token' });
const tokenHeaders: Record<string, string> = signViewerContext({ projectId: '3' }, 'x', { format });
const actor: ActorType | undefined = verifyViewerContext(tokenHeaders, { secrets: ['x'], formats: ['jwt'] })?.actorType;
void client.get('/', { viewerContext: { userId: 2, actorType: actor } });
// @ts-expect-error no such actor
void client.get('/', { viewerContext: { userId: 2, actorType: 'admin' } });
// @ts-expect-error not a client
attachViewerContext({}, { secret: 'x' });

void client.get('/', { viewerContext: { organizationId: 1n, userId: '2' } });
void client.get('/', { viewerContext: null });
void client.post('/', {}, { viewerContext: undefined });
void client.request<unknown>({ url: '/', viewerContext: { organizationId: null } });
// @ts-expect-error the wire's spelling is not the config's
void client.get('/', { viewerContext: { organization_id: 1 } });
// @ts-expect-error a boolean is not an id
void client.get('/', { viewerContext: { userId: true } });
// @ts-expect-error an id is not a context
void client.get('/', { viewerContext: 42 });

// @ts-expect-error axios would merge it with the request's own
client.defaults.viewerContext = { userId: 2 };
// F7: generated clients extend CreateAxiosDefaults for the config of each call.
interface CallConfig extends Omit<CreateAxiosDefaults, 'headers'> {
  security?: string;
}
const call: CallConfig = { url: '/', viewerContext: { userId: 2 } };
const config: AxiosRequestConfig = { viewerContext: { userId: 2 } };
const defaults: CreateAxiosDefaults = { timeout: 1 };
client.interceptors.request.use((request) => {
  const context: ViewerContext | null | undefined = request.viewerContext;
  void context;
  return request;
});

const seer: SeerClient = createSeerClient({
  baseURL: 'https://seer.internal',
  secret: 'x',
  timeout: 5,
  headers: { 'x-mine': '1' },
});
void seer.post<{ ok: boolean }>('/', {}, { viewerContext: { userId: 2 } }).then(({ data }) => data.ok);
createSeerClient();
// @ts-expect-error a default viewer has an option of its own
createSeerClient({ viewerContext: { userId: 2 } });

const incoming: IncomingHttpHeaders = {};
const viewer: Viewer | null = verifyViewerContext(incoming, { secrets: ['x'] });
verifyViewerContext(new Headers(), { secrets: ['x'] });
verifyViewerContext(new AxiosHeaders(), { secrets: ['x'] });
verifyViewerContext({ 'X-Viewer-Context': 'x' }, { secrets: ['x'] });
const id: number | undefined = viewer?.organizationId;
const headers: Record<string, string> = signViewerContext({ userId: 2 }, 'x');
verifyBody(Buffer.from(''), signBody('', 'x'), { secrets: ['x'] });
// @ts-expect-error a parsed body is not raw
verifyBody({ a: 1 }, signBody('', 'x'), { secrets: ['x'] });
// @ts-expect-error a list, so that a secret can be rotated
verifyViewerContext(incoming, { secrets: 'x' });

function onError(error: unknown): ViewerContextErrorCode | undefined {
  const keyIds = isViewerContextError(error) ? error.keyIds : undefined;
  const first: string | undefined = keyIds?.[0];
  void first;
  return isViewerContextError(error) || error instanceof ViewerContextError ? error.code : undefined;
}
const secret: SharedSecret = new Uint8Array(3);
const options: ViewerContextOptions = { secret: keyId(secret) };
export { call, config, defaults, detach, headers, id, onError, options };
