import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { drawCosts, drawScale } from './charts.mjs';

const DOCUMENT = new URL('../docs/performance.md', import.meta.url);
const FOLDER = new URL('../docs/performance/', import.meta.url);

/** Writes the results as JSON, the plots, and the tables of docs/performance.md, each between two comments. */
export async function writeReport(results) {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(new URL('results.json', FOLDER), `${JSON.stringify(results, rounded, 2)}\n`);
  await writeFile(new URL('costs.svg', FOLDER), drawCosts(results));
  await writeFile(new URL('scale.svg', FOLDER), drawScale(results));
  let document = await readFile(DOCUMENT, 'utf8');
  for (const [name, table] of Object.entries(tablesOf(results))) {
    const place = new RegExp(`(<!-- ${name} -->)[^]*?(<!-- end -->)`);
    if (!place.test(document)) throw new Error(`docs/performance.md has no place for ${name}.`);
    document = document.replace(place, (_, start, end) => `${start}\n\n${table}\n\n${end}`);
  }
  const style = await resolveConfig(DOCUMENT);
  await writeFile(DOCUMENT, await format(document, { ...style, parser: 'markdown' }));
}

/** The tables as markdown, by name. */
export function tablesOf(results) {
  const { machine, date, requests, loopback, bodies, viewers, concurrency, headers, memory, imports } = results;
  const versions = Object.keys(requests);
  const names = requests[versions[0]].map(({ name }) => name);
  return {
    machine: `Measured on ${date}: Node ${machine.node}, ${machine.cpu} (${String(machine.cores)} cores), ${machine.system}.`,
    requests: table(
      ['request', ...versions.map((version) => `axios ${version}`)],
      names.map((name) => [
        name,
        ...versions.map((version) => cost(requests[version].find((row) => row.name === name))),
      ]),
    ),
    profile: profileTable(results.profile),
    loopback: table(
      ['request', 'time', 'of the bare one'],
      loopback.map(({ name, ns, ratio }) => [name, `${micros(ns)} µs`, times(ratio)]),
    ),
    bodies: table(
      ['body', 'HMAC of it', 'bare request', 'added by the Seer client', 'in HMACs of the body'],
      bodies.map(({ value, floorNs, bareNs, seer }) => [
        `${count(value)} bytes`,
        `${micros(floorNs)} µs`,
        `${micros(bareNs)} µs`,
        `${micros(seer.addedNs)} µs`,
        times(seer.ratio),
      ]),
    ),
    viewers: sweepTable('distinct viewers', viewers),
    concurrency: sweepTable('in flight', concurrency),
    headers: sweepTable("caller's headers", headers),
    memory: table(
      ['distinct viewers', 'heap beyond that after 1,000'],
      memory.map(({ viewers, bytes }) => [count(viewers), `${(bytes / 1024).toFixed(0)} kB`]),
    ),
    imports: table(
      ['import', 'time'],
      Object.entries(imports).map(([name, ms]) => [
        `\`${name}\``.replace(', after axios`', '` after axios'),
        `${ms.toFixed(1)} ms`,
      ]),
    ),
  };
}

function profileTable({ bare, plugin }) {
  const owners = Object.keys(bare.owners).map((name) => [name, bare.owners[name], plugin.owners[name]]);
  const functions = Object.entries(plugin.functions)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 6)
    .map(([name, ns]) => [`of this package: \`${name}\``, 0, ns]);
  return table(
    ['time spent in', 'bare request', 'viewer seen before', 'added'],
    [...owners, ...functions].map(([name, before, after]) => [
      name,
      before === 0 ? '' : `${micros(before)} µs`,
      `${micros(after)} µs`,
      `${micros(after - before)} µs`,
    ]),
  );
}

function sweepTable(title, results) {
  return table(
    [title, 'bare request', 'added', 'in HMACs'],
    results.map(({ value, bareNs, plugin }) => [
      count(value),
      `${micros(bareNs)} µs`,
      `${micros(plugin.addedNs)} µs`,
      times(plugin.ratio),
    ]),
  );
}

const cost = ({ name, ns, addedNs, ratio }) =>
  name === 'floor' || name === 'bare' ? `${micros(ns)} µs` : `${signed(addedNs)} µs (${times(ratio)})`;
const signed = (ns) => (ns < 0 ? `−${micros(-ns)}` : `+${micros(ns)}`);
const micros = (ns) => (ns / 1e3).toFixed(ns < 1e5 ? 1 : 0);
const times = (ratio) => `${ratio.toFixed(2)} ×`;
const count = (number) => number.toLocaleString('en');
const rounded = (_key, value) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value);

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
