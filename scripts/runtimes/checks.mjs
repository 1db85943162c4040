/**
 * What every runtime must be able to do. This file runs in that runtime, beside the installed package. Requests go to
 * the receiver, which is in another process.
 */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import axios from 'axios';
import { attachViewerContext, createSeerClient } from 'axios-viewer-context';
import { keyId, signBody, signViewerContext, verifyBody, verifyViewerContext } from 'axios-viewer-context/protocol';

const SECRET = 'secret-one';
const VIEWER = { organizationId: 1, userId: 2 };
const BODY = { text: 'Grüße' }; // its length in bytes differs from its length in characters
const BODY_TEXT = JSON.stringify(BODY);
const CHECK_LIMIT = 5_000; // ms: a check takes a tenth of a second, and all of them must fit in 60 s

const CHECKS = {
  control: refusesForgeries,
  protocol: signsAndVerifies,
  'attach/http': (receiver) => attaches(receiver, 'http'),
  'attach/fetch': (receiver) => attaches(receiver, 'fetch'),
  'Seer/http': (receiver) => callsSeer(receiver, 'http'),
  'Seer/fetch': (receiver) => callsSeer(receiver, 'fetch'),
  'redirect/http': followsRedirectWithoutViewer,
  'redirect/fetch': followsNoRedirect,
  'abort/http': (receiver) => sendsNothingAfterAbort(receiver, 'http'),
  'abort/fetch': (receiver) => sendsNothingAfterAbort(receiver, 'fetch'),
  receiver: receivesRequests,
};

/**
 * Runs the checks against the receiver at a URL, and prints one line of JSON for each. `notApplicable` has a reason for
 * each check that this runtime cannot run. `serveExample` starts the example of a receiver with the runtime's own
 * server.
 */
export async function runChecks({ receiver, notApplicable }, serveExample, print) {
  for (const [check, run] of Object.entries(CHECKS)) {
    let result = { check, outcome: 'ok', detail: '' };
    if (check in notApplicable) {
      result = { check, outcome: 'n/a', detail: notApplicable[check] };
    } else {
      try {
        await withinLimit(run(receiver, serveExample));
      } catch (error) {
        result = { check, outcome: 'failed', detail: describe(error) };
      }
    }
    print(JSON.stringify(result));
  }
}

/** A check that hangs must not hide the results of the others. */
async function withinLimit(check) {
  const done = new AbortController();
  const limit = delay(CHECK_LIMIT, undefined, { signal: done.signal }).then(() => {
    throw new Error(`Not done after ${CHECK_LIMIT / 1000} s.`);
  });
  try {
    await Promise.race([check, limit]);
  } finally {
    done.abort();
  }
}

function describe(error) {
  const { stack, response } = error;
  return response === undefined ? stack : `${stack}\nThe receiver: ${response.status} ${JSON.stringify(response.data)}`;
}

/** The negative control. If the receiver accepted anything, all other checks would prove nothing. */
async function refusesForgeries(receiver) {
  const client = axios.create({ baseURL: receiver, adapter: 'fetch', proxy: false, validateStatus: null });
  const signed = { ...signViewerContext(VIEWER, SECRET), Authorization: signBody(BODY_TEXT, SECRET) };
  const requests = {
    signed,
    unsigned: {},
    'without a signature': { ...signed, 'X-Viewer-Context-Signature': undefined },
    'tampered with': { ...signed, 'X-Viewer-Context': '{"organization_id":1,"user_id":3}' },
    'signed with another secret': { ...signed, ...signViewerContext(VIEWER, 'secret-two') },
    'token signed with another secret': signViewerContext(VIEWER, 'secret-two', { format: 'jwt' }),
    'body tampered with': { ...signed, Authorization: signBody('{}', SECRET) },
  };
  const statuses = {};
  for (const [name, headers] of Object.entries(requests)) {
    const response = await client.post('/', BODY_TEXT, { headers: { ...headers, 'Content-Type': 'application/json' } });
    statuses[name] = response.status;
  }
  const refused = Object.fromEntries(Object.keys(requests).map((name) => [name, 401]));
  assert.deepEqual(statuses, { ...refused, signed: 200 });
}

async function signsAndVerifies() {
  const secrets = [SECRET];
  const pair = signViewerContext(VIEWER, SECRET);
  assert.deepEqual(pair, {
    'X-Viewer-Context': '{"organization_id":1,"user_id":2}',
    'X-Viewer-Context-Signature': '0fcce1276b18b09692e8abe64f8111705d9d4ee5cc9aadeab6bbd6fb4dcc529e',
  });
  assert.equal(keyId(SECRET), 'ea77193c');
  assert.deepEqual(verifyViewerContext(pair, { secrets }), VIEWER);
  const token = signViewerContext(VIEWER, SECRET, { format: 'jwt' });
  assert.deepEqual(pickIds(verifyViewerContext(token, { secrets, formats: ['jwt'] })), VIEWER);
  verifyBody(BODY_TEXT, signBody(BODY_TEXT, SECRET), { secrets });

  const mismatch = { code: 'ERR_SIGNATURE_MISMATCH' };
  const tampered = { ...pair, 'X-Viewer-Context': '{"organization_id":1,"user_id":3}' };
  assert.throws(() => verifyViewerContext(tampered, { secrets }), mismatch);
  assert.throws(() => verifyViewerContext(pair, { secrets: ['secret-two'] }), mismatch);
  assert.throws(() => verifyViewerContext(token, { secrets: ['secret-two'], formats: ['jwt'] }), mismatch);
  assert.throws(() => verifyBody('{}', signBody(BODY_TEXT, SECRET), { secrets }), mismatch);
}

/** A token also has the actor type. */
function pickIds({ organizationId, userId }) {
  return { organizationId, userId };
}

async function attaches(receiver, adapter) {
  for (const format of ['pair', 'jwt']) {
    const client = axios.create({ baseURL: receiver, adapter, proxy: false });
    attachViewerContext(client, { secret: SECRET, format });
    const { data } = await client.post('/', BODY, { viewerContext: VIEWER });
    assert.deepEqual(data, { format, viewer: VIEWER, body: 'unsigned' });
  }
}

async function callsSeer(receiver, adapter) {
  for (const format of ['pair', 'jwt']) {
    const seer = createSeerClient({ baseURL: receiver, adapter, secret: SECRET, format });
    const { data } = await seer.post('/', BODY, { viewerContext: VIEWER });
    assert.deepEqual(data, { format, viewer: VIEWER, body: 'signed' });
  }
}

async function followsRedirectWithoutViewer(receiver) {
  const client = axios.create({ baseURL: receiver, adapter: 'http', proxy: false });
  attachViewerContext(client, { secret: SECRET });
  const { data } = await client.get('/redirect/http', { viewerContext: VIEWER });
  assert.ok(data.headers.includes('host')); // it was followed
  assert.deepEqual(
    data.headers.filter((name) => name.startsWith('x-viewer')),
    [],
  );
}

/** With the fetch adapter, the plugin makes axios follow no redirect. */
async function followsNoRedirect(receiver) {
  const client = axios.create({ baseURL: receiver, adapter: 'fetch', proxy: false, validateStatus: null });
  attachViewerContext(client, { secret: SECRET });
  const { status } = await client.get('/redirect/fetch', { viewerContext: VIEWER });
  assert.equal(status, 302);
  assert.deepEqual(await arrivals(receiver, '/redirect/fetch'), ['/redirect/fetch']); // and not `elsewhere`
}

async function sendsNothingAfterAbort(receiver, adapter) {
  // A control: without an abort, the request goes out once the secret is there.
  const sent = await startRequest(`${receiver}/sent/${adapter}`, adapter);
  sent.giveSecret();
  await sent.request;
  assert.deepEqual(await arrivals(receiver, `/sent/${adapter}`), [`/sent/${adapter}`]);

  const controller = new AbortController();
  const aborted = await startRequest(`${receiver}/aborted/${adapter}`, adapter, controller.signal);
  controller.abort();
  await assert.rejects(aborted.request, (error) => axios.isCancel(error));
  aborted.giveSecret();
  await delay(100); // ms, in which a request that was wrongly sent would arrive
  assert.deepEqual(await arrivals(receiver, `/aborted/${adapter}`), []);
}

/** Starts a request that waits for its secret until `giveSecret()`. Returns once the secret has been requested. */
async function startRequest(url, adapter, signal) {
  const client = axios.create({ adapter, proxy: false });
  let giveSecret;
  const isAsked = new Promise((resolve) => {
    const secret = () => {
      resolve();
      return new Promise((give) => {
        giveSecret = () => give(SECRET);
      });
    };
    attachViewerContext(client, { secret, allowedOrigins: [new URL(url).origin] });
  });
  const request = client.get(url, { viewerContext: VIEWER, signal });
  await Promise.race([isAsked, request]); // rejects if the request fails before
  return { request, giveSecret };
}

/** The requests for a path that the receiver and the server elsewhere have received. */
async function arrivals(receiver, path) {
  const { data } = await axios.get(`${receiver}/arrived`, { adapter: 'fetch', proxy: false });
  return data.filter((arrival) => arrival.endsWith(path));
}

/**
 * The example of a receiver, in this runtime, verifies requests. Its calls to the next service go to the receiver of
 * these checks.
 */
async function receivesRequests(receiver, serveExample) {
  const { send, close } = await serveExample({ secrets: () => [SECRET], nextUrl: receiver });
  const signed = { ...signViewerContext(VIEWER, SECRET), authorization: signBody(BODY_TEXT, SECRET) };
  const requests = {
    signed: { headers: signed, body: BODY_TEXT },
    unsigned: { headers: {}, body: BODY_TEXT },
    'body unsigned': { headers: { ...signed, authorization: '' }, body: BODY_TEXT },
    'body tampered with': { headers: signed, body: `${BODY_TEXT} ` },
    'viewer tampered with': { headers: { ...signed, 'x-viewer-context': '{"user_id":3}' }, body: BODY_TEXT },
    'too large': { headers: signed, body: 'x'.repeat(10_000_001) },
  };
  try {
    const statuses = {};
    for (const [name, { headers, body }] of Object.entries(requests)) {
      const options = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body };
      const response = await send(options);
      statuses[name] = response.status;
      const text = await response.text();
      if (name === 'signed') {
        const next = { format: 'jwt', viewer: VIEWER, body: 'signed' };
        assert.deepEqual(JSON.parse(text), { viewer: VIEWER, received: JSON.stringify(BODY).length, next });
      }
    }
    const refused = Object.fromEntries(Object.keys(requests).map((name) => [name, 401]));
    assert.deepEqual(statuses, { ...refused, signed: 200, 'too large': 413 });
  } finally {
    await close();
  }
}
