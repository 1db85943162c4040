import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { median } from './measure.mjs';

const run = promisify(execFile);

/** How long each takes to import in a new process, after what is named before it, in ms: the median of several. */
const IMPORTS = {
  axios: ['axios'],
  'axios-viewer-context, after axios': ['axios', 'axios-viewer-context'],
  'axios-viewer-context/protocol': ['axios-viewer-context/protocol'],
};

export async function measureImports(rounds = 15) {
  const times = Object.fromEntries(Object.keys(IMPORTS).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, modules] of Object.entries(IMPORTS)) {
      const [last, ...before] = modules.toReversed();
      const script = [
        ...before.map((module) => `await import('${module}');`),
        `const started = performance.now(); await import('${last}'); console.log(performance.now() - started);`,
      ].join('');
      const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], {
        cwd: import.meta.dirname,
      });
      times[name].push(Number(stdout));
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
}
