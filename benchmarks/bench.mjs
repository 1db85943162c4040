/**
 * What a signed request costs, compared with handwritten code. Prints tables and writes docs/performance.md.
 *
 * All cases of a table (or of a row, where a table grows by size) are measured in turn, round by round and in random order,
 * so that a slow moment of the machine affects all of them. BENCH_ROUNDS=5 makes a run shorter and less exact, and writes
 * nothing.
 */
import { createHmac, createSecretKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { aws4Interceptor } from 'aws4-axios';
import axios from 'axios';
import addOAuthInterceptor from 'axios-oauth-1.0a';
import { attachViewerContext, createSeerClient } from 'axios-viewer-context';
import { keyId, verifyBody, verifyViewerContext } from 'axios-viewer-context/protocol';
import jsonwebtoken from 'jsonwebtoken';
import { measure } from 'mitata';
import { format } from 'prettier';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 51);
const BASE_URL = 'https://seer.internal';
const SECRET = 'a secret of the benchmark, of some length';
const VIEWER = { organizationId: 4821, userId: 73019 };

const hmac = (message) => createHmac('sha256', SECRET).update(message).digest('hex');

/** Responds immediately, so that only what happens around the request is measured. */
const adapter = (config) => Promise.resolve({ data: '', status: 200, statusText: 'OK', headers: {}, config });
const bareClient = (defaults) => axios.create({ baseURL: BASE_URL, adapter, ...defaults });

function attached(options) {
  const client = bareClient();
  attachViewerContext(client, { secret: SECRET, ...options });
  return client;
}

/** What a user writes by hand for the viewer. */
function byHand(defaults) {
  const client = bareClient(defaults);
  client.interceptors.request.use((config) => {
    const { organizationId, userId } = config.viewerContext;
    const payload = JSON.stringify({ organization_id: organizationId, user_id: userId });
    config.headers.set('X-Viewer-Context', payload);
    config.headers.set('X-Viewer-Context-Signature', hmac(payload));
    return config;
  });
  return client;
}

/** The same, and the body, in a transform after axios's own. */
function byHandWithBody(defaults) {
  const client = byHand(defaults);
  client.interceptors.request.use((config) => {
    config.transformRequest = [
      ...config.transformRequest,
      (body, headers) => {
        headers.set('Authorization', `Rpcsignature rpc0:${hmac(body)}`);
        return body;
      },
    ];
    return config;
  });
  return client;
}

/** jsonwebtoken, signing the claims that the plugin's tokens have. */
function withJsonwebtoken() {
  const client = bareClient();
  const key = createSecretKey(SECRET, 'utf8');
  const options = { keyid: keyId(SECRET), expiresIn: 900, issuer: 'sentry' };
  client.interceptors.request.use((config) => {
    const { organizationId, userId } = config.viewerContext;
    const claims = { actor_type: 'unknown', organization_id: organizationId, user_id: userId };
    config.headers.set('X-Viewer-Context', jsonwebtoken.sign(claims, key, options));
    return config;
  });
  return client;
}

const PATH = '/v1/automation/autofix/state';
const post =
  (client, config = { viewerContext: VIEWER }, body = { run_id: 1234 }) =>
  () =>
    client.post(PATH, body, config);

/** Posts for a number of viewers in turn. */
function postInTurn(client, count) {
  let n = 0;
  return () =>
    client.post(PATH, { run_id: 1234 }, { viewerContext: { organizationId: 4821, userId: 1 + (n++ % count) } });
}

function aws4() {
  const client = bareClient();
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET };
  client.interceptors.request.use(
    aws4Interceptor({ options: { region: 'eu-west-1', service: 'execute-api' }, credentials }),
  );
  return client;
}

function oauth() {
  const client = bareClient();
  addOAuthInterceptor(client, { algorithm: 'HMAC-SHA256', key: 'key', secret: SECRET });
  return client;
}

/** Text as it is sent: what axios does to a string under a JSON content type, parsing it, would hide the rest. */
const asItIs = { transformRequest: [(body) => body], headers: { 'Content-Type': 'application/json;charset=utf-8' } };
const bodyCases = (size) => {
  const body = JSON.stringify({ text: 'x'.repeat(size - 11) });
  return {
    bare: post(bareClient(asItIs), undefined, body),
    byHand: post(byHandWithBody(asItIs), undefined, body),
    plugin: post(createSeerClient({ ...asItIs, adapter, baseURL: BASE_URL, secret: SECRET }), undefined, body),
  };
};

/** The median time of each case in every round, in ns. */
async function measureRounds(cases) {
  const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let round = -2; round < ROUNDS; round += 1) {
    for (const name of Object.keys(cases).sort(() => Math.random() - 0.5)) {
      const options = { min_cpu_time: 12e6, min_samples: 4, batch_samples: 256, batch_threshold: 10_000, gc: false };
      const { p50 } = await measure(cases[name], options);
      if (round >= 0) times[name].push(p50); // the first two rounds warm up
    }
    process.stderr.write('.');
  }
  process.stderr.write('\n');
  return times;
}

const quantile = (numbers, part) => [...numbers].sort((a, b) => a - b)[Math.floor(part * (numbers.length - 1))];
const toMicroseconds = (nanoseconds) => (quantile(nanoseconds, 0.5) / 1e3).toFixed(1);

/** What a case adds to bare axios, relative to what handwritten code adds in the same round: median and quartiles. */
function compare(times, bare, byHand) {
  const ratios = times.map((time, round) => (time - bare[round]) / (byHand[round] - bare[round]));
  const [low, middle, high] = [0.25, 0.5, 0.75].map((part) => quantile(ratios, part).toFixed(2));
  return [middle, `${low} to ${high}`];
}

async function assertSigned() {
  const viewer = await attached().post(PATH, {}, { viewerContext: VIEWER });
  verifyViewerContext(viewer.config.headers, { secrets: [SECRET] });
  for (const client of [attached({ format: 'jwt' }), withJsonwebtoken()]) {
    const { config } = await client.post(PATH, {}, { viewerContext: VIEWER });
    verifyViewerContext(config.headers, { secrets: [SECRET], formats: ['jwt'] });
  }
  const seer = await bodyCases(1000).plugin();
  verifyBody(seer.config.data, seer.config.headers.get('Authorization'), { secrets: [SECRET] });
}

const rows = ([first, ...others]) =>
  [first, first.map(() => '---'), ...others].map((row) => `| ${row.join(' | ')} |`).join('\n');
/** A table of the plugin compared with handwritten code, for a growing size. */
async function series(sizes, casesOf) {
  const table = [];
  for (const size of sizes) {
    const { bare, byHand, plugin } = await measureRounds(casesOf(size));
    table.push([size.toLocaleString('en'), ...compare(plugin, bare, byHand)]);
  }
  return table;
}

await assertSigned();
const times = await measureRounds({
  'bare axios': post(bareClient()),
  'by hand': post(byHand()),
  'no viewer': post(attached(), { viewerContext: null }),
  'viewer seen before': post(attached()),
  'new viewer': postInTurn(attached(), 100_000),
  'default viewer': post(attached({ defaultViewerContext: () => VIEWER }), {}),
  'secret from an async function': post(attached({ secret: () => Promise.resolve(SECRET) })),
  token: post(attached({ format: 'jwt' })),
  jsonwebtoken: post(withJsonwebtoken()),
  'axios-oauth-1.0a': post(oauth()),
  'aws4-axios': post(aws4()),
});
const { 'bare axios': bare, 'by hand': byHandTimes, ...requests } = times;
const table = Object.entries(requests).map(([name, values]) => [name, ...compare(values, bare, byHandTimes)]);

const bodies = await series([100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000], bodyCases);
const viewers = await series([1, 100, 1_000, 10_000, 100_000], (count) => ({
  bare: postInTurn(bareClient(), count),
  byHand: postInTurn(byHand(), count),
  plugin: postInTurn(attached(), count),
}));
const comparison = ['adds, relative to handwritten code', 'middle half of the rounds'];
const mainTable = [['a request', ...comparison], ...table];
const seerTable = [['body, bytes', ...comparison], ...bodies];
const viewerTable = [['viewers in turn', ...comparison], ...viewers];
for (const lines of [mainTable, seerTable, viewerTable]) console.log(`\n${rows(lines)}`);

const ratioOf = (row) => table.find(([name]) => name === row)[1];
const { version } = JSON.parse(readFileSync('node_modules/axios/package.json', 'utf8'));
const page = `# Performance

**Signing a viewer that was seen before adds ${ratioOf('viewer seen before')} times as much time to a request as five handwritten lines do. A new viewer adds ${ratioOf('new viewer')} times as much.** These lines are an interceptor that stringifies the viewer, signs it and sets two headers, without any of the checks. With a 1 KB body, the Seer client adds ${bodies[1][1]} times as much as the handwritten equivalent. A token, which is signed for every request, adds ${ratioOf('token')} times as much as the five lines. Signing the same claims with \`jsonwebtoken\` in an interceptor adds ${ratioOf('jsonwebtoken')} times as much.

The targets are at most 1.0 for a viewer that was seen before, at most 1.2 for the Seer client with 1 KB, and at most 2.0 for a token. A single run can miss a target by chance. Readability comes before the last microsecond.

Measured by \`npm run bench\` on axios ${version}, Node ${process.version}, ${os.cpus()[0].model.trim()}, with an adapter that responds immediately. There, bare axios takes ${toMicroseconds(bare)} µs for a request, and ${toMicroseconds(byHandTimes)} µs with the five lines.

A ratio is the extra time that a request takes, compared with bare axios, divided by the extra time that handwritten code takes in the same round. The tables show the median of ${String(ROUNDS)} rounds, and the range of the middle half of the rounds. The ratios carry over to other machines better than times do, but they vary between runs, too. Rows whose ranges overlap cannot be ranked.

${rows(mainTable)}

- **Viewer seen before, new viewer:** up to 1,024 pairs are cached for each key. A new viewer needs an HMAC.
- **axios-oauth-1.0a, aws4-axios:** plugins that sign other things, for comparison. They also sign the method and the URL.

## The Seer client, by the size of the body

${rows(seerTable)}

## By the number of viewers in turn

When requests cycle through more than 1,024 viewers, the cache is cleared repeatedly. Every request then computes its HMAC, as handwritten code does, and also runs the checks.

${rows(viewerTable)}
`;
if (process.env.BENCH_ROUNDS === undefined) {
  writeFileSync(
    'docs/performance.md',
    await format(page, { parser: 'markdown', printWidth: 120, proseWrap: 'always' }),
  );
}
