import axios, { type AxiosInstance, type CreateAxiosDefaults, type InternalAxiosRequestConfig } from 'axios';
import {
  attachViewerContext,
  createSeerClient,
  type SeerClient,
  type SeerClientOptions,
  type ViewerContextOptions,
} from 'axios-viewer-context';
import { FEATURES } from './axios-features.js';
import { FORMAT } from './format.js';
import { SECRET } from './receiver.js';

export type Adapter = 'http' | 'fetch';

/**
 * The adapters for rules that depend on how a request is sent. A viewer's format does not depend on that, so with
 * tokens one adapter is enough.
 */
export const ADAPTERS: readonly Adapter[] = FEATURES.fetchAdapter && FORMAT === 'pair' ? ['http', 'fetch'] : ['http'];

/** A client with the plugin attached, and the tests' secret. */
export function attachedClient(
  defaults: CreateAxiosDefaults,
  options: Partial<ViewerContextOptions> = {},
): AxiosInstance {
  const client = axios.create(defaults);
  attachViewerContext(client, { secret: SECRET, format: FORMAT, ...options });
  return client;
}

/** A Seer client that sends through the adapter, with the tests' secret. */
export function seerClient(adapter: Adapter, baseURL: string, options: SeerClientOptions = {}): SeerClient {
  return createSeerClient({ adapter, baseURL, secret: SECRET, format: FORMAT, ...options });
}

/** Puts an interceptor first among the client's interceptors, so that it runs after the plugin's. */
export function withLaterInterceptor<Client extends AxiosInstance>(
  client: Client,
  later: (config: InternalAxiosRequestConfig) => InternalAxiosRequestConfig,
): Client {
  const { request } = client.interceptors;
  request.use(later);
  const { handlers } = request as unknown as { handlers: unknown[] };
  Object.assign(request, { handlers: [handlers.at(-1), ...handlers.slice(0, -1)] });
  return client;
}
