import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios from 'axios';
import { listen } from '../examples/listen.js';
import { main } from '../src/cli/main.js';
import { createStandIn } from '../src/cli/stand-in.js';
import { run, snippetsOf } from './support/snippets.js';

// The way from a 401 to its cause, as docs/diagnosing.md shows it.

const SECRET = 'secret-one';
const [capture] = snippetsOf('docs/diagnosing.md');
const { env } = process;
let folder: string;
let printed: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diagnosing-'));
  printed = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = env;
  rmSync(folder, { recursive: true });
});

/** Runs the snippet that captures a 401, against a stand-in for Seer that has the given secret. */
async function captureFrom(standInSecret: string): Promise<unknown> {
  const seer = await listen(createStandIn({ secret: standInSecret, formats: ['pair', 'jwt'], log: () => undefined }));
  process.env = { ...env, SEER_URL: seer.url, SEER_API_SHARED_SECRET: SECRET };
  const inFolder = (module: string): unknown =>
    module === 'node:fs'
      ? { writeFileSync: (name: string, text: string, mode: object) => writeFileSync(join(folder, name), text, mode) }
      : jest.requireActual(module);
  try {
    await run(capture!, inFolder);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await seer.close();
  }
}

async function verify(secret: string): Promise<[status: number, printed: string]> {
  process.env = { ...env, SEER_API_SHARED_SECRET: secret };
  const [headers, body] = [join(folder, '401.headers'), join(folder, '401.body')];
  const status = await main(['verify', '--headers', headers, '--body', body]);
  return [status, printed.join('')];
}

it('captures nothing from a request that is accepted', async () => {
  expect(await captureFrom(SECRET)).toBeUndefined();
  expect(existsSync(join(folder, '401.headers'))).toBe(false);
});

it("captures a request that is refused: valid with its sender's secret, invalid with the receiver's", async () => {
  const error = await captureFrom('secret-two');
  expect(axios.isAxiosError(error) && error.response?.status).toBe(401);
  for (const name of ['401.headers', '401.body']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, '401.body'), 'utf8')).toBe('{"group_id":1}');

  expect(await verify(SECRET)).toEqual([0, expect.stringMatching(/^pair: .*\n {2}valid\nbody: .*\n {2}valid\n$/m)]);
  printed = [];
  const [status, explanation] = await verify('secret-two');
  expect(status).toBe(1);
  expect(explanation.match(/INVALID, ERR_SIGNATURE_MISMATCH/g)).toHaveLength(2);
  printed = [];
  writeFileSync(join(folder, '401.body'), '{ "group_id": 1 }');
  expect(await verify(SECRET)).toEqual([1, expect.stringContaining('serialized again after signing')]);
});
