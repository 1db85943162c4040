import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startSeerServer } from '../examples/seer-server.js';
import answers from './vectors/known-answers.json';

const ROOT = join(__dirname, '..');
const FOLDER = 'docs/recipes';
const run = promisify(execFile);
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('each recipe', () => {
  const documents = readdirSync(join(ROOT, FOLDER)).filter((name) => name !== 'README.md');

  it.each(documents)('%s shows its program as it is', (document) => {
    const shown = [...read(`${FOLDER}/${document}`).matchAll(/^<!-- (examples\/\S+) -->\n\n```\w+\n(.*?)^```$/gms)];
    expect(shown.length).toBeGreaterThan(0);
    for (const [, path, code] of shown) expect(code).toBe(read(path!));
  });

  it.each(documents)('%s is in the index', (document) => {
    expect(read(`${FOLDER}/README.md`)).toContain(`(${document})`);
  });

  it.each<[string, string[]]>([
    [
      'express',
      [
        'user 1: 200 {"viewer":{"userId":1}}',
        'user 2: 200 {"viewer":{"userId":2}}',
        'user 3: 200 {"viewer":{"userId":3}}',
        'nobody: 401 {"code":"ERR_MISSING_HEADER"}',
        'forged: 401 {"code":"ERR_SIGNATURE_MISMATCH"}',
      ],
    ],
    [
      'nestjs',
      ['for organization 42, user 7: { viewer: { organizationId: 42, userId: 7 } }', 'for nobody: { viewer: null }'],
    ],
    ['retry', ['after 3 requests: { viewer: { organizationId: 42, userId: 7 } }']],
    ['auth-refresh', ['with the fresh token: { viewer: { organizationId: 42, userId: 7 } }']],
    [
      'cache',
      [
        'user 1 is served {"viewer":{"userId":1}}',
        'user 2 is served {"viewer":{"userId":2}}',
        'user 1 is served {"viewer":{"userId":1}}',
        '2 requests sent',
      ],
    ],
    ['fetch', ['200 {"viewer":{"organizationId":42,"userId":7}}']],
  ])(
    'the program %s runs and prints what it should',
    async (name, lines) => {
      const { stdout } = await run(process.execPath, ['--import', 'tsx', `examples/${name}.ts`], { cwd: ROOT });
      expect(stdout.trim().split('\n')).toEqual(lines);
    },
    60_000,
  );
});

describe.each<[string, string, string[]]>([
  ['Python', 'python3', ['examples/verify.py']],
  ['Go', 'go', ['run', 'examples/verify.go']],
])('the verifier in %s', (language, command, args) => {
  // Where there is no interpreter its program cannot be run; the test says so.
  const isThere = spawnSync(command, [command === 'go' ? 'version' : '--version']).status === 0;
  const verify = (secret: string, headers: Record<string, string>, body?: string): [number | null, string] => {
    const input = JSON.stringify({ secret, headers, body });
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, input, encoding: 'utf8' });
    return [status, status === 0 ? stdout.trim().replaceAll(' ', '') : stderr.split('\n')[0]!];
  };
  const { secret, payload, signature } = answers.viewer;
  const pair = { 'X-Viewer-Context': payload, 'X-Viewer-Context-Signature': signature };
  const refusedViewer = [1, 'refused: the viewer context is not signed with a secret of ours'];
  const refusedBody = [1, 'refused: the body is not signed with a secret of ours'];

  it(
    isThere ? 'accepts the known answers' : `cannot be run here, where there is no ${language}`,
    () => {
      if (!isThere) return;
      expect(verify(secret, pair)).toEqual([0, payload]);
      expect(verify(secret, {})).toEqual([0, 'null']);
      for (const { secret, message, signature } of answers.signatures) {
        expect(verify(secret, { Authorization: `Rpcsignature rpc0:${signature}` }, message)).toEqual([0, 'null']);
      }
    },
    120_000,
  );

  it(
    isThere ? 'refuses the forged' : `cannot be run here either`,
    () => {
      if (!isThere) return;
      expect(verify('secret-two', pair)).toEqual(refusedViewer);
      expect(verify(secret, { ...pair, 'X-Viewer-Context': '{"organization_id":1,"user_id":3}' })).toEqual(
        refusedViewer,
      );
      expect(verify(secret, { ...pair, 'X-Viewer-Context-Signature': signature.toUpperCase() })).toEqual(refusedViewer);
      expect(verify(secret, { 'X-Viewer-Context': payload })).toEqual(refusedViewer);
      expect(verify(secret, {}, '{}')).toEqual(refusedBody);
      expect(verify(secret, { Authorization: `rpcsignature rpc0:${answers.signatures[2]!.signature}` }, '')).toEqual(
        refusedBody,
      );
    },
    120_000,
  );
});

describe('curl.sh', () => {
  const isThere = ['curl', 'openssl'].every((command) => spawnSync(command, ['version']).error === undefined);

  it(isThere ? 'is accepted by the stand-in for Seer' : 'cannot be run here, without curl and openssl', async () => {
    if (!isThere) return;
    const seer = await startSeerServer('secret-one');
    const send = (secret: string): Promise<{ stdout: string }> =>
      run('bash', ['examples/curl.sh'], {
        cwd: ROOT,
        env: { PATH: process.env['PATH'], SEER_URL: seer.url, SEER_API_SHARED_SECRET: secret },
      });
    try {
      expect(JSON.parse((await send('secret-one')).stdout)).toEqual({ viewer: { organizationId: 42, userId: 7 } });
      await expect(send('secret-two')).rejects.toMatchObject({ stdout: expect.stringContaining('refused') as string });
    } finally {
      await seer.close();
    }
  });
});
