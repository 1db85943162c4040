// A TypeScript consumer, compiled as CommonJS, as an ES module and for a bundler, and then run.
import assert from 'node:assert';
import axios, { type InternalAxiosRequestConfig } from 'axios';
import { attachViewerContext, createSeerClient, isViewerContextError } from 'axios-viewer-context';
import { verifyViewerContext } from 'axios-viewer-context/protocol';

const adapter = (config: InternalAxiosRequestConfig) =>
  Promise.resolve({ data: config.headers.toJSON(), status: 200, statusText: '', headers: {}, config });

async function main(): Promise<void> {
  const client = axios.create({ adapter });
  attachViewerContext(client, { secret: 'secret-one' });
  const { data } = await client.get<Record<string, string>>('/', { viewerContext: { organizationId: 1, userId: '2' } });
  const viewer = verifyViewerContext(data, { secrets: ['secret-one'] });
  assert.deepEqual({ ...viewer }, { organizationId: 1, userId: 2 });
  const tokens = axios.create({ adapter });
  attachViewerContext(tokens, { secret: 'secret-one', format: 'jwt' });
  const { data: token } = await tokens.get<Record<string, string>>('/', { viewerContext: { projectId: 3 } });
  const fromToken = verifyViewerContext(token, { secrets: ['secret-one'], formats: ['jwt'] });
  assert.deepEqual([fromToken?.projectId, fromToken?.actorType], [3, 'unknown']);
  const seer = createSeerClient({ adapter, secret: 'secret-one' });
  const signed = await seer.get<Record<string, string>>('/', { viewerContext: null });
  assert.match(signed.data['Authorization'] ?? '', /^Rpcsignature rpc0:7bb95bbc/);
  const error: unknown = await seer.get('https://elsewhere.example').catch((reason: unknown) => reason);
  assert.equal(isViewerContextError(error) && error.code, 'ERR_DESTINATION_NOT_ALLOWED');
}

void main().then(() => {
  console.log('ok');
});
