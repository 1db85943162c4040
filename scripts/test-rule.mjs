// Runs the tests of one rule, in seconds, with pairs and with tokens: `npm run test:rule -- redirects`. With another
// version of axios: `npm run test:rule -- redirects 1.2.0`. Without a rule, lists the rules.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const [rule, version] = process.argv.slice(2);
const rules = readdirSync('__tests__/rules').map((name) => name.replace('.test.ts', ''));
const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const versions = Object.keys(devDependencies).flatMap((name) => /^axios-(\d.*)/.exec(name)?.[1] ?? []);

if (!rules.includes(rule)) {
  console.error(`Name a rule: ${rules.join(', ')}.`);
  process.exitCode = 1;
} else if (version !== undefined && !versions.includes(version)) {
  console.error(`Name no version for the latest axios, or an older version: ${versions.join(', ')}.`);
  process.exitCode = 1;
} else {
  const projects = version === undefined ? ['latest', 'tokens'] : [`axios-${version}`];
  const args = ['jest', '--selectProjects', ...projects, '--testPathPatterns', `__tests__/rules/${rule}.test.ts`];
  process.exitCode = spawnSync('npx', args, { stdio: 'inherit' }).status ?? 1;
}
