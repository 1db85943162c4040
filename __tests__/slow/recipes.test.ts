import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { listen, type ExampleServer } from '../../examples/listen.js';
import { createStandIn } from '../../src/cli/stand-in.js';
import { itIfInstalled } from '../support/commands.js';

const ROOT = join(__dirname, '../..');
const FOLDER = 'docs/recipes';
const run = promisify(execFile);
/** Objects are printed without colors, and no secret comes from outside. */
const ENV = { ...process.env, FORCE_COLOR: '0', SEER_API_SHARED_SECRET: undefined };
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('each recipe', () => {
  const documents = readdirSync(join(ROOT, FOLDER)).filter((name) => name !== 'README.md');

  it.each(documents)('%s shows a program or links to it, and is in the index', (document) => {
    expect(read(`${FOLDER}/${document}`)).toMatch(/^<!-- examples\/|\]\(..\/..\/examples\//m);
    expect(read(`${FOLDER}/README.md`)).toContain(`(${document})`);
  });

  it.each<[string, string[]]>([
    [
      'nestjs',
      [
        'for organization 42, user 7: { viewer: { organizationId: 42, userId: 7 } }',
        'without a viewer: { viewer: null }',
      ],
    ],
    ['retry', ['after 3 requests: { viewer: { organizationId: 42, userId: 7 } }']],
    [
      'metrics',
      [
        '# HELP viewer_context_requests_total Requests by what became of their viewer',
        '# TYPE viewer_context_requests_total counter',
        'viewer_context_requests_total{outcome="signed",code=""} 2',
        'viewer_context_requests_total{outcome="unsigned",code=""} 1',
        'viewer_context_requests_total{outcome="refused",code="ERR_INVALID_VIEWER_CONTEXT"} 1',
        'viewer_context_requests_total{outcome="refused",code="ERR_DESTINATION_NOT_ALLOWED"} 1',
        "OpenTelemetry { outcome: 'signed', code: '' } 2",
        "OpenTelemetry { outcome: 'unsigned', code: '' } 1",
        "OpenTelemetry { outcome: 'refused', code: 'ERR_INVALID_VIEWER_CONTEXT' } 1",
        "OpenTelemetry { outcome: 'refused', code: 'ERR_DESTINATION_NOT_ALLOWED' } 1",
      ],
    ],
    ['keep-headers-out', ['lines logged: 1, viewer headers left out', 'reports to Sentry: 2, viewer headers left out']],
    [
      'keep-headers-out --unprotected', // control
      ['lines logged: 1, viewer headers kept', 'reports to Sentry: 2, viewer headers kept'],
    ],
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
  ])('the program %s runs and prints what it should', async (command, lines) => {
    const [name, ...args] = command.split(' ');
    const program = ['--import', 'tsx', `examples/${name!}.ts`, ...args];
    const { stdout } = await run(process.execPath, program, { cwd: ROOT, env: ENV });
    expect(stdout.trim().split('\n')).toEqual(lines);
  });
});

describe('the audit log', () => {
  const SECRET = 'secret-one';
  const write = async (...args: string[]): Promise<string> => {
    const program = ['--import', 'tsx', 'examples/audit-log.ts', ...args];
    return (await run(process.execPath, program, { cwd: ROOT, env: { ...ENV, SEER_API_SHARED_SECRET: SECRET } }))
      .stdout;
  };
  const signatures = ['', '{"organization_id":42,"user_id":7}'].map((text) =>
    createHmac('sha256', SECRET).update(text).digest('hex'),
  );

  it('has one line for each request, with its viewer or the code, and no header', async () => {
    const printed = await write();
    const lines = printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const viewer = { organizationId: 42, userId: 7 };
    const get = { method: 'GET', path: '/organizations/42/models' };
    const id: unknown = expect.stringMatching(/^[\w-]{36}$/);
    const common = { level: 30, log: 'audit', time: expect.any(Number) as unknown, id };
    expect(lines).toEqual(
      [
        { ...get, status: 200, viewer },
        { ...get, path: '/organizations/43/models', status: 403, viewer, code: 'Forbidden' },
        { ...get, status: 403, viewer: null, code: 'Forbidden' },
        { ...get, status: 401, code: 'ERR_SIGNATURE_MISMATCH' },
        { ...get, status: 401, code: 'ERR_MISSING_HEADER' },
        { method: 'POST', path: '/', status: 'aborted' },
      ].map((line) => ({ ...common, ...line })),
    );
    expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length);
    for (const confidential of [SECRET, 'confidential', ...signatures]) expect(printed).not.toContain(confidential);
  });

  it('would hold the signatures if it logged the request', async () => {
    const printed = await write('--log-request'); // control
    for (const confidential of ['confidential', ...signatures]) expect(printed).toContain(confidential);
  });
});

describe('against the stand-in for Seer', () => {
  const SECRET = 'secret-one';
  let seer: ExampleServer;
  beforeAll(async () => {
    seer = await listen(createStandIn({ secret: SECRET, formats: ['pair', 'jwt'], log: () => undefined }));
  });
  afterAll(() => seer.close());

  const send = (secret: string, command: string, ...args: string[]): Promise<{ stdout: string }> =>
    run(command, args, {
      cwd: ROOT,
      env: { ...ENV, SEER_URL: seer.url, SEER_API_SHARED_SECRET: secret },
    });
  const accepted = '{"viewer":{"organizationId":42,"userId":7}}';
  const refused = '{"refused":"body","code":"ERR_SIGNATURE_MISMATCH"}';

  it('fetch.ts is accepted, and refused with a different secret', async () => {
    const args = ['--import', 'tsx', 'examples/fetch.ts'];
    expect((await send(SECRET, process.execPath, ...args)).stdout).toBe(`200 ${accepted}\n`);
    expect((await send('secret-two', process.execPath, ...args)).stdout).toBe(`401 ${refused}\n`);
  });

  itIfInstalled(['curl', 'openssl'])('curl.sh is accepted, and with another secret refused', async () => {
    expect((await send(SECRET, 'bash', 'examples/curl.sh')).stdout).toBe(accepted);
    await expect(send('secret-two', 'bash', 'examples/curl.sh')).rejects.toMatchObject({ stdout: refused });
  });
});
