import { createHmac, createSecretKey } from 'node:crypto';
import { attachViewerContext, createSeerClient } from 'axios-viewer-context';
import { aws4Interceptor } from 'aws4-axios';
import addOAuthInterceptor from 'axios-oauth-1.0a';

const BASE_URL = 'https://seer.internal';
const PATH = '/v1/automation/autofix/state';
const BODY = { run_id: 1234 };
/** Its payload has 40 bytes. */
export const VIEWER = { organizationId: 4821, userId: 73019 };
export const PAYLOAD = '{"organization_id":4821,"user_id":73019}';
export const SECRET = 'a secret of the benchmark, of some length';

/** Viewers in turn, by default 90,000, far more than are remembered; a payload has 40 bytes while there are no more. */
export function viewersInTurn(count = 90_000) {
  let n = 0;
  return () => ({ organizationId: 4821, userId: 10_000 + (n = (n + 1) % count) });
}

/** HMAC-SHA256 of a message with a prepared key, in hexadecimal digits, and nothing else. */
export function hmacOf(message) {
  const key = createSecretKey(Buffer.from(SECRET));
  return () => createHmac('sha256', key).update(message).digest('hex');
}

/** An adapter that answers at once, so that only what happens before and after it is measured. */
export const answerAtOnce = (config) =>
  Promise.resolve({ data: '', status: 200, statusText: 'OK', headers: {}, config, request: undefined });

export const createBareClient = (axios, defaults) =>
  axios.create({ baseURL: BASE_URL, adapter: answerAtOnce, ...defaults });

/** A client with the plugin. */
export function createAttachedClient(axios, options, defaults) {
  const client = createBareClient(axios, defaults);
  attachViewerContext(client, { secret: SECRET, ...options });
  return client;
}

/** A client with an interceptor that appends a request transform, as ours does. */
function createTransformingClient(axios, transform) {
  const client = createBareClient(axios);
  client.interceptors.request.use((config) => {
    config.transformRequest = [...config.transformRequest, transform];
    return config;
  });
  return client;
}

/** One request to an adapter that answers at once, by what is attached to the client. */
export function requestCases(axios) {
  const post = (client, config) => () => client.post(PATH, BODY, config);
  const posting = (client, viewer) => () => client.post(PATH, BODY, { viewerContext: viewer() });
  const explicit = { viewerContext: VIEWER };

  const hmac = hmacOf(PAYLOAD);
  const signature = hmac();
  const constant = createTransformingClient(axios, (data, headers) => {
    headers['X-Viewer-Context'] = PAYLOAD;
    headers['X-Viewer-Context-Signature'] = signature;
    return data;
  });
  const naive = createTransformingClient(axios, (data, headers) => {
    headers['X-Viewer-Context'] = PAYLOAD;
    headers['X-Viewer-Context-Signature'] = hmac();
    return data;
  });

  const passing = createBareClient(axios);
  passing.interceptors.request.use((config) => config);

  const aws4 = createBareClient(axios);
  const options = { region: 'eu-west-1', service: 'execute-api' };
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET };
  aws4.interceptors.request.use(aws4Interceptor({ options, credentials }));
  const oauth = createBareClient(axios);
  addOAuthInterceptor(oauth, { algorithm: 'HMAC-SHA256', key: 'key', secret: SECRET });

  const plugin = createAttachedClient(axios);
  return {
    floor: hmac,
    bare: post(createBareClient(axios)),
    nobody: post(plugin),
    'viewer seen before': post(plugin, explicit),
    'new viewer': posting(plugin, viewersInTurn()),
    'default viewer': post(createAttachedClient(axios, { defaultViewerContext: () => VIEWER })),
    'allow-list, absolute URL': (
      (client) => () =>
        client.post(`${BASE_URL}${PATH}`, BODY, explicit)
    )(createAttachedClient(axios, { allowedOrigins: [BASE_URL] })),
    'secret from a function': post(createAttachedClient(axios, { secret: () => SECRET }), explicit),
    'axios alone: an interceptor that does nothing': post(passing),
    'axios alone: a transform that does nothing': post(createTransformingClient(axios, (data) => data)),
    'axios alone: two constant headers, a viewer in the config': post(constant, explicit),
    'axios alone: the same, and one HMAC': post(naive, explicit),
    'aws4-axios': post(aws4),
    'axios-oauth-1.0a': post(oauth),
  };
}

/** A text of JSON of that many bytes. */
function jsonOf(size) {
  const text = size < 11 ? '' : JSON.stringify({ text: 'x'.repeat(size - 11) });
  if (Buffer.byteLength(text) !== size) throw new Error(`There is no JSON of ${String(size)} bytes.`);
  return text;
}

/** A body of that many bytes: a Seer client against a bare one, and the HMAC of the same string. */
export function bodyCases(axios, size) {
  const text = jsonOf(size);
  // The text is sent as it is: what axios does to a string under a JSON content type, parsing it, would drown the rest.
  const defaults = { baseURL: BASE_URL, adapter: answerAtOnce, transformRequest: [(data) => data] };
  const headers = { 'Content-Type': 'application/json;charset=utf-8' };
  const bare = axios.create({ ...defaults, headers });
  const seer = createSeerClient({ ...defaults, secret: SECRET });
  return { floor: hmacOf(text), bare: () => bare.post(PATH, text), seer: () => seer.post(PATH, text) };
}

/** A number of requests in flight at once. */
export function concurrencyCases(axios, inFlight) {
  const together = (client, viewer) => () =>
    Promise.all(Array.from({ length: inFlight }, () => client.post(PATH, BODY, { viewerContext: viewer() })));
  const viewers = viewersInTurn(100);
  return {
    floor: hmacOf(PAYLOAD),
    bare: together(createBareClient(axios), viewers),
    plugin: together(createAttachedClient(axios), viewers),
  };
}

/** A number of distinct viewers in turn. */
export function viewerCases(axios, count) {
  const posting = (client, viewer) => () => client.post(PATH, BODY, { viewerContext: viewer() });
  return {
    floor: hmacOf(PAYLOAD),
    bare: posting(createBareClient(axios), viewersInTurn(count)),
    plugin: posting(createAttachedClient(axios), viewersInTurn(count)),
  };
}

/** A number of headers of the caller's. */
export function headerCases(axios, count) {
  const headers = Object.fromEntries(Array.from({ length: count }, (_, n) => [`X-Header-${String(n)}`, String(n)]));
  const post = (client) => () => client.post(PATH, BODY, { headers, viewerContext: VIEWER });
  return {
    floor: hmacOf(PAYLOAD),
    bare: post(createBareClient(axios)),
    plugin: post(createAttachedClient(axios)),
    least: post(createTransformingClient(axios, (data) => data)),
  };
}
