// Shows that `engines` is true: runs the protocol, wire and package-consumer tests on other versions of Node, which are
// fetched from the registry as packages (node-<platform>-<architecture>). Name versions as arguments, or take these.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const versions = process.argv.length > 2 ? process.argv.slice(2) : ['20.0.0', '22', '24', '26'];
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const folder = mkdtempSync(join(tmpdir(), 'node-versions-'));

for (const version of versions) {
  const prefix = join(folder, version);
  execFileSync('npm', ['install', '--silent', '--no-save', '--prefix', prefix, `${name}@${version}`], {
    stdio: 'inherit',
  });
  const binary = join(prefix, 'node_modules', name, 'bin/node');
  const actual = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim();
  try {
    execFileSync(
      binary,
      [jest, '--silent', '--forceExit', 'protocol', 'wire', 'seer-client', 'attach.test', 'companions'],
      {
        stdio: 'pipe',
        timeout: 180_000,
        env: { ...process.env, PROPERTY_RUNS: '400' },
      },
    );
    console.log(`Node ${actual}: passed`);
  } catch (error) {
    console.log(`Node ${actual}: failed\n${error.stderr}`);
    process.exitCode = 1;
  }
}
rmSync(folder, { recursive: true });
