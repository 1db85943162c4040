import { execFile, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startSeerServer } from '../examples/seer-server.js';
import { isInstalled } from './support/commands.js';
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
        'no viewer: 401 {"code":"ERR_MISSING_HEADER"}',
        'forged: 401 {"code":"ERR_SIGNATURE_MISMATCH"}',
      ],
    ],
    [
      'nestjs',
      [
        'for organization 42, user 7: { viewer: { organizationId: 42, userId: 7 } }',
        'without a viewer: { viewer: null }',
      ],
    ],
    ['retry', ['after 3 requests: { viewer: { organizationId: 42, userId: 7 } }']],
    [
      'migrate-to-tokens',
      [
        'accepting pair: pair 200 user 7, token 401 ERR_MALFORMED_HEADER',
        'accepting pair and jwt: pair 200 user 7, token 200 user 7',
        'accepting jwt: pair 401 ERR_MALFORMED_HEADER, token 200 user 7',
      ],
    ],
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
])('the verifier in %s', (_language, command, args) => {
  const itIfThere = isInstalled(command) ? it : it.skip;
  const verify = (secret: string, headers: Record<string, string>, body?: string): [number | null, string] => {
    const input = JSON.stringify({ secret, headers, body });
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, input, encoding: 'utf8' });
    return [status, status === 0 ? stdout.trim().replaceAll(' ', '') : stderr.split('\n')[0]!];
  };
  const { secret, payload, signature } = answers.viewer;
  const pair = { 'X-Viewer-Context': payload, 'X-Viewer-Context-Signature': signature };
  const signed = (text: string): Record<string, string> => ({
    'X-Viewer-Context': text,
    'X-Viewer-Context-Signature': createHmac('sha256', secret).update(text).digest('hex'),
  });
  const refusedViewer = [1, 'refused: the viewer context is not signed with our secret'];
  const refusedBody = [1, 'refused: the body is not signed with our secret'];

  itIfThere('accepts the known answers', () => {
    expect(verify(secret, pair)).toEqual([0, payload]);
    expect(verify(secret, {})).toEqual([0, 'null']);
    expect(verify(secret, signed('{"organization_id":null,"user_id":2}'))).toEqual([0, '{"user_id":2}']);
    expect(verify(secret, signed('{}'))).toEqual([0, 'null']);
    for (const { secret, message, signature } of answers.signatures) {
      expect(verify(secret, { Authorization: `Rpcsignature rpc0:${signature}` }, message)).toEqual([0, 'null']);
    }
  });

  itIfThere('refuses the forged', () => {
    expect(verify('secret-two', pair)).toEqual(refusedViewer);
    expect(verify(secret, { ...pair, 'X-Viewer-Context': '{"organization_id":1,"user_id":3}' })).toEqual(refusedViewer);
    expect(verify(secret, { ...pair, 'X-Viewer-Context-Signature': signature.toUpperCase() })).toEqual(refusedViewer);
    expect(verify(secret, { 'X-Viewer-Context': payload })).toEqual(refusedViewer);
    expect(verify(secret, {}, '{}')).toEqual(refusedBody);
    const lowerCase = `rpcsignature rpc0:${answers.signatures[2]!.signature}`;
    expect(verify(secret, { Authorization: lowerCase }, '')).toEqual(refusedBody);
  });

  itIfThere('refuses what is signed and is not a viewer (A12)', () => {
    for (const text of ['[1]', 'null', '1', '{', '{"Organization_ID":1}', '{"organization_id":1,"thing":2}']) {
      expect(verify(secret, signed(text))).toEqual([1, expect.stringMatching(/^refused: the viewer context /)]);
    }
    for (const id of ['0', '-1', '"1"', '1.5', '9007199254740992', 'true', '[1]']) {
      expect(verify(secret, signed(`{"organization_id":${id}}`))).toEqual([
        1,
        'refused: the viewer context has an id that is not an integer in range',
      ]);
    }
  });
});

describe('curl.sh', () => {
  const itIfThere = ['curl', 'openssl'].every((command) => isInstalled(command)) ? it : it.skip;

  itIfThere('is accepted by the stand-in for Seer', async () => {
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
