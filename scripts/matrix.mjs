// Runs the tests about bytes on the wire against every axios at which behaviour that matters changes, and prints a table.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const { devDependencies } = require('../package.json');
const jest = require.resolve('jest/bin/jest');
const folder = mkdtempSync(join(tmpdir(), 'matrix-'));

const aliases = Object.keys(devDependencies)
  .filter((name) => /^axios-\d/.test(name))
  .concat('axios')
  .map((name) => ({ name, version: require(`${name}/package.json`).version }))
  .sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }));

function run({ name }) {
  const outputFile = join(folder, `${name}.json`);
  const options = ['--json', `--outputFile=${outputFile}`, '--runInBand', 'wire', 'seer-client'];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [jest, ...options],
      { env: { ...process.env, AXIOS_UNDER_TEST: name }, maxBuffer: 1e9 },
      (error, _stdout, stderr) => {
        let tests;
        try {
          tests = JSON.parse(readFileSync(outputFile, 'utf8')).testResults.flatMap((file) => file.assertionResults);
        } catch {
          tests = [];
        }
        resolve({ tests, failed: error !== null, stderr });
      },
    );
  });
}

function cell(tests) {
  if (tests.length === 0) return '-';
  const count = (status) => tests.filter((test) => test.status === status).length;
  return `${count('passed')} passed, ${tests.length - count('passed')} failed`;
}

function lacks(version) {
  const [, minor, patch] = version.split('.').map(Number);
  const missing = [];
  if (minor < 6 || (minor === 6 && patch < 6)) missing.push('details of a redirect');
  if (minor < 7) missing.push('fetch adapter');
  if (minor < 16) missing.push('redact');
  if (minor < 18) missing.push('sensitiveHeaders');
  if (minor < 15 || (minor === 15 && patch < 2)) missing.push('merging under a polluted key');
  return missing.join(', ') || '-';
}

const rows = [['axios', 'http adapter', 'fetch adapter', 'either', 'the version has no']];
let failed = false;
const queue = [...aliases];
const results = new Map();
await Promise.all(
  [1, 2].map(async () => {
    for (let alias = queue.shift(); alias !== undefined; alias = queue.shift()) {
      results.set(alias.name, await run(alias));
    }
  }),
);
for (const { name, version } of aliases) {
  const result = results.get(name);
  if (result.failed) console.error(`axios ${version}:\n${result.stderr}`);
  const over = (adapter) => result.tests.filter(({ fullName }) => fullName.includes(`over the ${adapter} adapter`));
  const rest = result.tests.filter(({ fullName }) => !fullName.includes('over the '));
  rows.push([version, cell(over('http')), cell(over('fetch')), cell(rest), lacks(version)]);
  failed ||= result.failed || over('http').length === 0;
}
rmSync(folder, { recursive: true });

const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
for (const row of rows)
  console.log(
    row
      .map((text, column) => text.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
process.exitCode = failed ? 1 : 0;
