// Builds dist/cjs and dist/esm with tsc alone: doc comments and the augmentation of axios survive in both.
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const compile = (...options) =>
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', ...options], { stdio: 'inherit' });

rmSync('dist', { recursive: true, force: true });
compile();
compile('--module', 'esnext', '--moduleResolution', 'bundler', '--outDir', 'dist/esm');
rmSync('dist/esm/cli', { recursive: true }); // one program is enough
chmodSync('dist/cjs/cli/main.js', 0o755);
writeFileSync('dist/esm/package.json', JSON.stringify({ type: 'module', sideEffects: false }));

// axios has different types for CommonJS and for ES modules. Each declaration file augments its own kind, and refers to the
// other, so that `viewerContext` is known in an application whose dependencies mix the two.
for (const [build, other] of [
  ['cjs', 'esm'],
  ['esm', 'cjs'],
]) {
  const file = `dist/${build}/axios-types.d.ts`;
  writeFileSync(file, `/// <reference path="../${other}/axios-types.d.ts" />\n${readFileSync(file, 'utf8')}`);
}
