/**
 * What a signed request costs, beside doing it by hand. Prints a table and writes docs/performance.md.
 *
 * All cases of a table (or of a row, where a table grows by size) are measured in turn, round by round and in random order,
 * so that a slow moment of the machine meets all of them. Times are medians. BENCH_ROUNDS=5 makes it shorter and less exact.
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

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 25);
const BASE_URL = 'https://seer.internal';
const SECRET = 'a secret of the benchmark, of some length';
const VIEWER = { organizationId: 4821, userId: 73019 };
const PAYLOAD = '{"organization_id":4821,"user_id":73019}';

const hmac = (message) => createHmac('sha256', SECRET).update(message).digest('hex');

/** Answers at once, so that only what happens around the request is measured. */
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

/** jsonwebtoken, signing the claims that our tokens have. */
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

/** Posts for other viewers in turn. */
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

/** Text as it is sent: what axios does to a string under a JSON content type, parsing it, would drown the rest. */
const asItIs = { transformRequest: [(body) => body], headers: { 'Content-Type': 'application/json;charset=utf-8' } };
const bodyCases = (size) => {
  const body = JSON.stringify({ text: 'x'.repeat(size - 11) });
  return {
    hmac: () => hmac(body),
    bare: post(bareClient(asItIs), undefined, body),
    byHand: post(byHandWithBody(asItIs), undefined, body),
    ours: post(createSeerClient({ ...asItIs, adapter, baseURL: BASE_URL, secret: SECRET }), undefined, body),
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

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const microseconds = (times) => (median(times) / 1e3).toFixed(1);
/** What a case adds to another, as a ratio to a reference: the median over the rounds. */
const ratio = (times, base, reference) => median(times.map((time, n) => (time - base[n]) / reference(n)));

async function assertSigned() {
  const viewer = await attached().post(PATH, {}, { viewerContext: VIEWER });
  verifyViewerContext(viewer.config.headers, { secrets: [SECRET] });
  for (const client of [attached({ format: 'jwt' }), withJsonwebtoken()]) {
    const { config } = await client.post(PATH, {}, { viewerContext: VIEWER });
    verifyViewerContext(config.headers, { secrets: [SECRET], formats: ['jwt'] });
  }
  const seer = await bodyCases(1000).ours();
  verifyBody(seer.config.data, seer.config.headers.get('Authorization'), { secrets: [SECRET] });
}

const rows = ([first, ...others]) =>
  [first, first.map(() => '---'), ...others].map((row) => `| ${row.join(' | ')} |`).join('\n');
/** The ratios of a table, as a chart that code hosts draw themselves. */
const chart = (title, table) => {
  const ratios = table.map((row) => row[4]);
  const top = (Math.max(...ratios, 1) * 1.2).toFixed(1);
  const labels = table.map(([label]) => `"${label}"`).join(', ');
  return `\`\`\`mermaid\nxychart-beta\n  title "${title}, of what is added by hand"\n  x-axis [${labels}]\n  y-axis "ratio" 0 --> ${top}\n  line [${ratios.join(', ')}]\n\`\`\``;
};

/** A table of ours beside the same by hand, for a growing size. A row shows one round: the one with the median ratio. */
async function series(sizes, casesOf) {
  const table = [];
  for (const size of sizes) {
    const { hmac: one, bare, byHand: hand, ours } = await measureRounds(casesOf(size));
    const rounds = ours.map((time, n) => [(time - bare[n]) / (hand[n] - bare[n]), n]).sort(([a], [b]) => a - b);
    const [adds, n] = rounds[Math.floor(rounds.length / 2)];
    const inHmacs = ((ours[n] - bare[n]) / one[n]).toFixed(1);
    table.push([
      size.toLocaleString('en'),
      ...[bare, hand, ours].map((of) => microseconds([of[n]])),
      adds.toFixed(2),
      inHmacs,
    ]);
  }
  return table;
}

await assertSigned();
const times = await measureRounds({
  'one HMAC of the payload': () => hmac(PAYLOAD),
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
const bare = times['bare axios'];
const handRow = (n) => times['by hand'][n] - bare[n];
const hmacRow = (n) => times['one HMAC of the payload'][n];
const table = Object.entries(times).map(([name, values]) => [
  name,
  microseconds(values),
  ...(name.startsWith('one HMAC') || name === 'bare axios'
    ? ['', '']
    : [ratio(values, bare, handRow).toFixed(2), ratio(values, bare, hmacRow).toFixed(1)]),
]);
const adds = ['adds, of what "by hand" adds', 'adds, in HMACs'];
const header = ['a request', 'µs', ...adds];

const bodies = await series([100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000], bodyCases);
const viewers = await series([1, 100, 1_000, 10_000, 100_000], (count) => ({
  hmac: () => hmac(PAYLOAD),
  bare: postInTurn(bareClient(), count),
  byHand: postInTurn(byHand(), count),
  ours: postInTurn(attached(), count),
}));
const durations = ['bare axios, µs', 'by hand, µs', 'ours, µs'];
const seerTable = [['body, in bytes', ...durations, ...adds], ...bodies];
const viewerTable = [['viewers in turn', ...durations, ...adds], ...viewers];
for (const lines of [[header, ...table], seerTable, viewerTable]) console.log(`\n${rows(lines)}`);

const ratioOf = (row) => table.find(([name]) => name === row)[2];
const seer1KB = bodies[1][4];
const met = (isMet) => (isMet ? 'met' : 'not met');
const { version } = JSON.parse(readFileSync('node_modules/axios/package.json', 'utf8'));
const page = `# Performance

**A signed viewer adds ${ratioOf('viewer seen before')} times what five lines by hand add to a request**: an interceptor that stringifies the viewer, signs it and
sets two headers, without any of the checks. The Seer client with a body of 1 KB adds ${seer1KB} times the same by hand. A token, signed again for each request, adds ${ratioOf('token')}; \`jsonwebtoken\`, signing the same claims in an interceptor, ${ratioOf('jsonwebtoken')}.

Targets: at most 1.0 for a viewer seen before (${met(ratioOf('viewer seen before') <= 1)}), at most 1.2 for the Seer client with 1 KB (${met(seer1KB <= 1.2)}), and at most 2.0 for a token (${met(ratioOf('token') <= 2)}). Readability comes first: the plugin takes a few of the hundred microseconds that axios takes for a request.

Measured by \`npm run bench\` on axios ${version}, Node ${process.version}, ${os.cpus()[0].model.trim()}, with an adapter that answers at
once. Only the ratios carry over to another machine. They are medians over ${String(ROUNDS)} rounds, in which the cases of the first table, or of one row of the others, take turns. Such a row shows its round with the median ratio. Between runs on a busy machine, ratios vary by about a third.

${rows([header, ...table])}

## The Seer client, by the size of the body

${rows(seerTable)}

${chart('Seer client', bodies)}

## By the number of viewers in turn

Up to 1,024 pairs are cached for each key; then the cache starts over. With more viewers in turn, each request pays for its HMAC, as by hand, and for the checks.

${rows(viewerTable)}

${chart('Viewer', viewers)}
`;
writeFileSync('docs/performance.md', await format(page, { parser: 'markdown', printWidth: 120, proseWrap: 'always' }));
