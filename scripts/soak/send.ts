import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { rejected } from '../../__tests__/support/rejection.js';
import { NOTES, viewerText } from './notes.js';
import type { Tally } from './tally.js';

// Every how many requests something happens. These are primes, so that every combination occurs.
const NO_VIEWER_EVERY = 11;
const RETRY_EVERY = 13;
const REDIRECT_EVERY = 17;
const ABORT_EVERY = 19;

/** The largest ids. There are far more viewers than are cached. */
const MAX_ORGANIZATION = 1_000_000;
const MAX_USER = 1_000_000_000;

/** The latest abort, in ms. A request takes about as long. */
const MAX_ABORT_DELAY = 2;

/** A request, with notes in its headers. */
type NotedConfig = Omit<AxiosRequestConfig, 'headers'> & { readonly headers: Record<string, string> };

/** Sends one request and, by its number, retries, redirects or aborts it. Rejects if anything else happens to it. */
export async function send(client: AxiosInstance, number: number, signal: AbortSignal, tally: Tally): Promise<void> {
  const config: NotedConfig = {
    method: 'post',
    url: number % REDIRECT_EVERY === 0 ? '/redirect' : '/',
    data: { number },
    signal,
    validateStatus: (status) => status < 400, // as it comes, where redirects are not followed
    ...(number % NO_VIEWER_EVERY === 0 ? withoutViewer() : withRandomViewer()),
  };
  if (number % ABORT_EVERY === 0) await sendAndAbort(client, config, tally);
  else if (number % RETRY_EVERY === 0) await sendTwice(client, config, tally);
  else await sendOnce(client, config, tally);
}

function withoutViewer(): Pick<NotedConfig, 'viewerContext' | 'headers'> {
  return { viewerContext: null, headers: { [NOTES.madeFor]: viewerText('no viewer') } };
}

function withRandomViewer(): Pick<NotedConfig, 'viewerContext' | 'headers'> {
  const organization = randomId(MAX_ORGANIZATION);
  const user = randomId(MAX_USER);
  return {
    viewerContext: { organizationId: organization, userId: String(user) },
    headers: { [NOTES.madeFor]: viewerText({ organization_id: organization, user_id: user }) },
  };
}

function randomId(max: number): number {
  return 1 + Math.floor(Math.random() * max);
}

async function sendOnce(client: AxiosInstance, config: AxiosRequestConfig, tally: Tally): Promise<void> {
  tally.due += 1;
  await client.request(config);
}

/** Lets a request fail, and sends the config in its error again, as plugins that retry do. */
async function sendTwice(client: AxiosInstance, config: NotedConfig, tally: Tally): Promise<void> {
  const headers = { ...config.headers, [NOTES.fail]: 'yes' };
  const error = await rejected(sendOnce(client, { ...config, headers }, tally));
  if (error.response?.status !== 503 || error.config === undefined) throw error;
  error.config.headers.set(NOTES.fail, 'no');
  await sendOnce(client, error.config, tally);
}

/** Aborts a request immediately or a little later. Before that, it can arrive, and even get its response. */
async function sendAndAbort(client: AxiosInstance, config: AxiosRequestConfig, tally: Tally): Promise<void> {
  tally.aborted += 1;
  const controller = new AbortController();
  const request = client.request({ ...config, signal: controller.signal });
  if (Math.random() < 0.5) controller.abort();
  else setTimeout(() => controller.abort(), Math.random() * MAX_ABORT_DELAY);
  await request.catch((error: unknown) => {
    if (!axios.isCancel(error)) throw error;
  });
}
