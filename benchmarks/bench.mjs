/**
 * What a signed viewer costs. Prints times and ratios; writes them to docs/performance/results.json, with plots, and the
 * tables of docs/performance.md.
 *
 * All times are medians; what is compared is measured in turn, round by round, in this one run. BENCH_SCALE=0.1 makes it
 * about ten times shorter, and less exact.
 */
import os from 'node:os';
import axios from 'axios';
import { verifyViewerContext } from 'axios-viewer-context/protocol';
import {
  SECRET,
  VIEWER,
  bodyCases,
  concurrencyCases,
  createAttachedClient,
  headerCases,
  requestCases,
  viewerCases,
} from './clients.mjs';
import { measureImports } from './imports.mjs';
import { withLoopbackCases } from './loopback.mjs';
import { addedRatio, addedTime, measureRounds, median } from './measure.mjs';
import { measureMemory } from './memory.mjs';
import { profile } from './profile.mjs';
import { writeReport } from './report.mjs';

const SCALE = Number(process.env['BENCH_SCALE'] ?? 1);
const rounds = Math.max(3, Math.round(40 * SCALE));

/** The benchmark measures what it says: the client signs, and for this viewer. */
async function assertSigned() {
  const { config } = await createAttachedClient(axios).get('/', { viewerContext: VIEWER });
  const viewer = verifyViewerContext(config.headers, { secrets: [SECRET] });
  if (viewer.userId !== VIEWER.userId) throw new Error('The client to be measured does not sign.');
}

async function measureRequests() {
  const versions = {
    '1.6.8': (await import('axios-1.6.8')).default,
    '1.13.6': (await import('axios-1.13.6')).default,
    [axios.VERSION]: axios,
  };
  const results = {};
  for (const [version, module] of Object.entries(versions)) {
    const times = await measureRounds(requestCases(module), { rounds });
    results[version] = Object.entries(times).map(([name, values]) => ({
      name,
      ns: median(values),
      addedNs: addedTime(values, times.bare),
      ratio: addedRatio(values, times.bare, times.floor),
    }));
    console.log(`\naxios ${version}`);
    console.table(
      results[version].map(({ name, ns, addedNs, ratio }) => ({
        name,
        µs: (ns / 1e3).toFixed(2),
        'added µs': (addedNs / 1e3).toFixed(2),
        'added, in HMACs': ratio.toFixed(2),
      })),
    );
  }
  return results;
}

/** Where the time goes: a bare request, and one for a viewer seen before. */
async function profileRequests() {
  const requests = Math.round(60_000 * SCALE);
  const cases = requestCases(axios);
  const bare = await profile(cases.bare, { requests });
  const plugin = await profile(cases['viewer seen before'], { requests });
  console.log('\nWhere the time goes, in ns a request');
  console.table({ bare: bare.owners, 'viewer seen before': plugin.owners });
  return { bare, plugin };
}

/** One measurement for each value: what the plugin adds to a bare client, in ns and in floors; `per` requests a call. */
async function sweep(title, values, casesOf, { per = () => 1, ...options } = {}) {
  const results = [];
  for (const value of values) {
    const { floor, bare, ...others } = await measureRounds(casesOf(axios, value), { rounds, ...options });
    const result = { value, bareNs: median(bare) / per(value), floorNs: median(floor) };
    for (const [name, times] of Object.entries(others)) {
      result[name] = {
        addedNs: addedTime(times, bare) / per(value),
        ratio: addedRatio(times, bare, floor) / per(value),
      };
    }
    results.push(result);
  }
  console.log(`\n${title}`);
  console.table(
    results.map(({ value, bareNs, floorNs, plugin, seer }) => ({
      value,
      'bare µs': (bareNs / 1e3).toFixed(2),
      'HMAC µs': (floorNs / 1e3).toFixed(2),
      'added µs': ((plugin ?? seer).addedNs / 1e3).toFixed(2),
      'added, in HMACs': (plugin ?? seer).ratio.toFixed(2),
    })),
  );
  return results;
}

async function measureLoopback() {
  const times = await withLoopbackCases(axios, (cases) => measureRounds(cases, { rounds, nsPerCase: 40e6 }));
  const results = Object.entries(times).map(([name, values]) => ({
    name,
    ns: median(values),
    ratio: median(values.map((time, round) => time / times.bare[round])),
  }));
  console.log('\nOver loopback');
  console.table(results.map(({ name, ns, ratio }) => ({ name, µs: (ns / 1e3).toFixed(1), ratio: ratio.toFixed(3) })));
  return results;
}

await assertSigned();
const results = {
  machine: {
    cpu: os.cpus()[0].model,
    cores: os.cpus().length,
    node: process.version,
    system: `${os.type()} ${os.arch()}`,
  },
  date: new Date().toISOString().slice(0, 10),
  axios: axios.VERSION,
  requests: await measureRequests(),
  loopback: await measureLoopback(),
  bodies: await sweep('Bodies, in bytes', [0, 100, 1e3, 1e4, 1e5, 1e6, 1e7], bodyCases),
  viewers: await sweep('Distinct viewers', [1, 10, 100, 1e3, 1e4, 1e5, 1e6], viewerCases),
  concurrency: await sweep('Requests in flight', [1, 10, 100, 1000], concurrencyCases, { per: (inFlight) => inFlight }),
  headers: await sweep("Headers of the caller's", [0, 5, 10, 20, 40], headerCases),
  memory: await measureMemory([1e4, 1e5, 1e6].map((count) => Math.max(2000, count * Math.min(1, SCALE)))),
  imports: await measureImports(),
  profile: await profileRequests(),
};
console.log('\nHeap after so many distinct viewers, beyond that after 1,000');
console.table(results.memory.map(({ viewers, bytes }) => ({ viewers, kB: Math.round(bytes / 1024) })));
console.log('Import, in ms');
console.table(results.imports);
await writeReport(results);
