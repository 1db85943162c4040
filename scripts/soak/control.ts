import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { replaceOnce, withTemporaryCopy } from '../temporary-copy.js';

/** Enough requests for the leak to exceed the growth that is allowed. */
const SOAK_SCALE = '0.15';

/** Control: runs a copy whose cache of pairs is unbounded. Returns whether it failed because the heap grew. */
export async function findsLeak(): Promise<boolean> {
  return withTemporaryCopy((folder) => {
    replaceOnce(
      join(folder, 'src/protocol/pair.ts'),
      'if (pairsOfKey.size >= MAX_PAIRS) pairsOfKey.clear();', // what keeps it bounded
      '',
    );
    const { status, stdout } = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', 'scripts/soak/main.ts'], {
      cwd: folder,
      env: { ...process.env, SOAK_SCALE },
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    });
    console.log(stdout.trim());
    return status === 1 && stdout.includes('in process: the heap grew');
  });
}
