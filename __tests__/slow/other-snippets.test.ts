import { execFile, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { promisify } from 'node:util';
import express, { type RequestHandler } from 'express';
import ts from 'typescript';
import { signBody, signViewerContext, verifyBody } from 'axios-viewer-context/protocol';
import { listen } from '../../examples/listen.js';
import { respondToErrors, verified } from '../../examples/receivers/express.js';
import { viewerStorage } from '../../examples/receivers/verified-request.js';
import { createHandler } from '../../examples/receivers/web-standard.js';
import { createStandIn } from '../../src/cli/stand-in.js';
import manifest from '../../package.json';
import { itIfInstalled } from '../support/commands.js';
import { blocksOf, DOCUMENTS, run, snippetsOf } from '../support/snippets.js';
import { VECTORS } from '../support/vectors.js';
import answers from '../vectors/known-answers.json';

// The blocks of the documents that are not TypeScript: each is run, or compared with what it describes. They run in a
// folder where the package is installed, as its users have it.

const ROOT = join(__dirname, '../..');
const SECRET = 'secret-one';
const execute = promisify(execFile);
const hmac = (text: string): string => createHmac('sha256', SECRET).update(text).digest('hex');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const exampleOf = (document: string, part: string): string =>
  snippetsOf(document).find(({ code }) => code.includes(part))!.code;

/** Diagrams are no code, and the TypeScript has a test of its own. */
const blocks = DOCUMENTS.flatMap(blocksOf).filter(({ language }) => !['ts', 'mermaid'].includes(language));

/** The next block of a document in that language. Each test takes its own, in the order of the document. */
function take(document: string, language: string): string {
  const isIt = (block: (typeof blocks)[number]): boolean =>
    block.name.startsWith(`${document}:`) && block.language === language;
  const [block] = blocks.splice(blocks.findIndex(isIt), 1);
  return block !== undefined && isIt(block) ? block.code : `There is no further ${language} in ${document}.`;
}

/** A test of the next block of a document in that language. It is skipped if a command that it needs is not installed. */
function shows(
  [document, language, ...needed]: [document: string, language: string, ...needed: string[]],
  how: string,
  check: (code: string) => Promise<void> | void,
): void {
  const code = take(document, language);
  itIfInstalled(needed)(`${document}, ${language}: ${how}`, async () => {
    await check(code);
  });
}

let folder: string;
const inFolder = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'snippets-'));
  const modules = join(folder, 'node_modules');
  const installed = join(modules, manifest.name);
  for (const [build, module] of [['cjs', ts.ModuleKind.CommonJS] as const, ['esm', ts.ModuleKind.ESNext] as const]) {
    cpSync(join(ROOT, 'src'), join(installed, 'dist', build), { recursive: true });
    for (const name of readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue;
      const compilerOptions = { module, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
      const { outputText } = ts.transpileModule(read(join('src', name)), { compilerOptions });
      writeFileSync(join(installed, 'dist', build, name.replace(/ts$/, 'js')), outputText, { mode: 0o755 });
    }
  }
  writeFileSync(join(installed, 'dist/esm/package.json'), '{"type":"module"}');
  writeFileSync(join(installed, 'package.json'), read('package.json'));
  mkdirSync(join(modules, '.bin'));
  symlinkSync(join(installed, manifest.bin), join(modules, '.bin', manifest.name));
  const dependencies = 'axios axios-mock-adapter jest jest-environment-jsdom ts-jest typescript @types';
  for (const name of dependencies.split(' ')) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  symlinkSync(join(ROOT, 'examples'), join(folder, 'examples'));
  inFolder('package.json', '{}');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  FORCE_COLOR: '0',
  NO_UPDATE_NOTIFIER: '1',
  npm_config_offline: 'true',
  SEER_API_SHARED_SECRET: SECRET,
  PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
});

/** What a shell prints that runs the code in the folder, also if it fails. */
async function shell(code: string, env: object = {}): Promise<string> {
  const script = code.replace('=…', `=${SECRET}`);
  expect(script).not.toContain('…');
  const running = execute('bash', ['-c', script], { cwd: folder, env: { ...environment(), ...env }, timeout: 60_000 });
  const { stdout } = await running.catch((error: unknown) => error as { stdout: string });
  return stdout;
}

/** A port that is free, below those that systems give to clients: no other test takes it in the meantime. */
async function freePort(): Promise<string> {
  const port = 10_000 + Math.floor(Math.random() * 20_000);
  const server = createServer();
  const isFree = once(server.listen(port, '127.0.0.1'), 'listening').then(
    () => true,
    () => false,
  );
  if (!(await isFree)) return freePort();
  await once(server.close(), 'close');
  return String(port);
}

/** The same for code that starts the stand-in. It sleeps for as long as the start takes. */
async function shellThatServes(code: string): Promise<{ url: string; printed: string }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const request = String.raw`exec 3<> /dev/tcp/127.0.0.1/${port} && printf 'GET /health/live HTTP/1.0\r\n\r\n' >&3 && read -r <&3`;
  const sleep = `sleep() { until (${request}) 2> /dev/null; do command sleep 0.1; done; }`;
  const served = code.replace('viewer-context serve', `$& --port ${port}`);
  const printed = await shell(`set -m\n${sleep}\n${served}\nkill %1; wait`, { SEER_URL: url });
  return { url, printed: printed.replaceAll('GET /health/live 200 alive\n', '') };
}

/** Every line is a script of this package. */
function expectScripts(code: string): void {
  const commands = code.split(/\n| && /).map((command) => command.replace(/ *#.*| -- .*/, ''));
  const scripts = Object.keys(manifest.scripts).flatMap((name) => [`npm run ${name}`, `npm ${name}`]);
  expect(commands.filter((command) => !['', 'npm ci', ...scripts].includes(command))).toEqual([]);
}

shows(['README.md', 'sh'], 'installs the package and its peer', (code) => {
  expect(code).toBe(`npm install ${[...Object.keys(manifest.peerDependencies), manifest.name].join(' ')}\n`);
});

const inTheFirstTerminal = take('README.md', 'sh');
shows(['README.md', 'sh'], 'makes the first request, to the stand-in in the other terminal', async (code) => {
  const first = exampleOf('README.md', 'attachViewerContext(client');
  inFolder('first.mjs', first);
  expect(inTheFirstTerminal).toContain(' --port 8080');
  const serve = inTheFirstTerminal.replace(' --port 8080', '').trim();
  const { url, printed } = await shellThatServes(`${serve} & sleep\nexport SERVICE_URL=$SEER_URL\n${code}`);
  expect(printed).toContain(
    `Listening at ${url}, with key id ea77193c. Press Ctrl-C to stop.\nGET /v1/models 200 verified\n`,
  );
  const shown = [...first.matchAll(/console\.log.*\/\/ (true|{.*})/g)];
  expect(shown).toHaveLength(2);
  for (const [, line] of shown) expect(printed).toContain(`\n${line!}\n`);
});

shows(['README.md', 'http'], 'is what the stand-in received', (code) => {
  const pair = signViewerContext({ organizationId: 42, userId: 7 }, SECRET);
  const lines = Object.entries(pair).map(([name, value]) => `${name}: ${value}\n`);
  expect(code.replace(/<.* of that text.*>/, hmac('{"organization_id":42,"user_id":7}'))).toBe(lines.join(''));
});

shows(['README.md', 'sh'], 'starts the stand-in for the Seer client', async (code) => {
  inFolder('seer.mjs', exampleOf('README.md', 'createSeerClient'));
  const { printed } = await shellThatServes(`${code.trim()} & sleep\nnode seer.mjs`);
  expect(printed).toContain('POST /v1/models 200 verified\n');
});

shows(['README.md', 'sh'], 'names scripts', expectScripts);
shows(['CONTRIBUTING.md', 'sh'], 'names scripts', expectScripts);
shows(['CONTRIBUTING.md', 'sh'], 'names scripts, with their arguments', expectScripts);

const explained = take('docs/diagnosing.md', 'text');
shows(['docs/diagnosing.md', 'sh'], 'prints the key id', async (code) => {
  expect(await shell(code)).toBe('ea77193c\n');
});
itIfInstalled(['shasum'])('docs/diagnosing.md: the key id without Node', async () => {
  const [, command = ''] = /`(printf .*? shasum .*?)`/.exec(read('docs/diagnosing.md').replaceAll('\n', ' ')) ?? [];
  expect(await shell(command)).toMatch(/^ea77193c/);
});
shows(['docs/diagnosing.md', 'sh'], 'explains a 401 as the text shows', async (code) => {
  // What the page's own capture program sends, with a body that was serialized again.
  const sent = {
    ...signViewerContext({ organizationId: 42 }, SECRET),
    Authorization: signBody('{"group_id":1}', SECRET),
  };
  const headers = Object.entries(sent).map(([name, value]) => `${name}: ${value}`);
  inFolder('401.headers', headers.join('\n'));
  inFolder('401.body', '{"group_id": 1}');
  const [command, ...lines] = explained.trim().split('\n');
  expect(`$ ${code.trim().split('\n')[1]!}`).toBe(command);
  expect((await shell(code)).trim().split('\n')).toEqual(lines);
});

shows(['docs/on-call.md', 'sh'], 'says that there is no secret, and exits with 2', async (code) => {
  expect(await shell(code)).toBe('ea77193c\n');
  expect(await shell(`${code.trim()} 2>&1; echo $?`, { SEER_API_SHARED_SECRET: '' })).toMatch(
    /^There is no secret.*\n2\n$/s,
  );
});
shows(['docs/on-call.md', 'sh'], 'is the command of docs/diagnosing.md', (code) => {
  expect(read('docs/diagnosing.md')).toContain(`\n${code.trim()}\n`);
});
shows(['docs/secret.md', 'sh'], 'prints the key id', async (code) => {
  expect(await shell(code)).toBe('ea77193c\n');
});
shows(['docs/secret.md', 'sh', 'curl'], 'shows whether a receiver still accepts the old secret', async (code) => {
  const seer = await listen(createStandIn({ secret: SECRET, formats: ['jwt'], log: () => undefined }));
  const send = (secret: string): Promise<string> => {
    inFolder('old.txt', secret);
    return shell(code.replace('http://127.0.0.1:9091', `--silent ${seer.url}`));
  };
  expect(code).toContain('http://127.0.0.1:9091/');
  expect(await send('old secret')).toContain('ERR_SIGNATURE_MISMATCH');
  expect(await send(SECRET)).toBe('{"viewer":{"userId":1,"actorType":"unknown"}}');
  await seer.close();
});
shows(['docs/ambient-viewer.md', 'text'], 'is what the program prints', async (code) => {
  const program = ['--import', 'tsx', 'examples/ambient-viewer.ts'];
  for (const wrong of ['\nqueue:', '\nshared DataLoader:']) {
    expect(code).toContain(`${wrong} user 1 as 1, user 2 as 1,`);
  }
  expect((await execute(process.execPath, program, { cwd: ROOT })).stdout).toBe(code);
});

shows(['docs/tokens.md', 'http'], 'begins each part as a token does', (code) => {
  const token = signViewerContext({ userId: 7, actorType: 'user' }, SECRET, { format: 'jwt' })['X-Viewer-Context']!;
  const shown = /^X-Viewer-Context: (\S+)…\.(\S+)…\.([\w-]+)…\n$/.exec(code)!.slice(1);
  expect(token.split('.').map((part, index) => (index < 2 ? part.slice(0, shown[index]!.length) : shown[2]))).toEqual(
    shown,
  );
});

shows(['docs/command-line.md', 'text'], 'is what the stand-in logs of an attached client', async (code) => {
  const log: string[] = [];
  const seer = await listen(createStandIn({ secret: SECRET, formats: ['pair'], log: (line) => log.push(line) }));
  await fetch(`${seer.url}/v1/models`, {
    method: 'POST',
    headers: signViewerContext({ userId: 7 }, SECRET),
    body: '{}',
  });
  await seer.close();
  expect(log).toEqual([code.trim()]);
});

shows(['docs/protocol.md', 'http'], 'is the known pair', (code) => {
  const { payload, signature } = answers.viewer;
  expect(code).toBe(`X-Viewer-Context: ${payload}\nX-Viewer-Context-Signature: ${signature}\n`);
});

shows(['docs/protocol.md', 'http'], 'is the known token', (code) => {
  const { header, signed, secret } = answers.tokens;
  const claims = Buffer.from(signed.claims).toString('base64url');
  expect(code).toBe(`X-Viewer-Context: ${header}.${claims}.${signed.signature}\n`);
  for (const text of [secret, signed.claims]) expect(read('docs/protocol.md')).toContain(`\`${text}\``);
});

shows(['docs/protocol.md', 'http'], 'is the known signature of a body', (code) => {
  const { message, signature } = answers.signatures[1]!;
  expect(code).toBe(`Authorization: Rpcsignature rpc0:${signature}\n`);
  for (const text of [message, answers.signatures[2]!.signature]) {
    expect(read('docs/protocol.md')).toContain(`\`${text}\``);
  }
});

shows(['docs/protocol.md', 'json'], 'is one of the vectors', (code) => {
  expect(VECTORS.groups.flatMap(({ cases }) => cases)).toContainEqual(JSON.parse(code));
});

shows(['docs/recipes/fetch-and-curl.md', 'sh'], 'starts the stand-in', async (code) => {
  const { url, printed } = await shellThatServes(`${code.trim()} & sleep`);
  expect(printed).toBe(`Listening at ${url}, with key id ea77193c. Press Ctrl-C to stop.\n`);
});

shows(['docs/recipes/fetch-and-curl.md', 'sh', 'curl'], 'signs for curl, and is accepted', async (code) => {
  const seer = await listen(createStandIn({ secret: SECRET, formats: ['pair', 'jwt'], log: () => undefined }));
  expect(code).toContain('http://127.0.0.1:9091/');
  const printed = await shell(code.replace('http://127.0.0.1:9091', `--silent ${seer.url}`));
  await seer.close();
  expect(printed).toBe('{"viewer":{"organizationId":42,"userId":7}}');
});

describe('docs/recipes/jest.md', () => {
  const viewerTest = exampleOf('README.md', 'MockAdapter');

  shows(['docs/recipes/jest.md', 'sh'], 'installs what is tested here', (code) => {
    const packages = code.replace(/npm install( --save-dev)?/g, '').split(/\s+/);
    const known = [manifest.name, ...Object.keys(manifest.devDependencies)];
    const typescript = `typescript@${/\d+/.exec(manifest.devDependencies.typescript)![0]}`;
    expect(packages.filter((name) => !['', typescript, ...known].includes(name))).toEqual([]);
  });

  const [tsconfig, config, esmConfig, jsdom] = ['json', 'js', 'js', 'js'].map((language) =>
    take('docs/recipes/jest.md', language),
  );
  const inEsModules = viewerTest.replace('MockAdapter(client)', 'MockAdapter(client as never)');
  it("the configurations, and ES modules without one, run the README's test", async () => {
    const projects = {
      tsJest: { 'tsconfig.json': tsconfig!, 'jest.config.js': config!, 'viewer.test.ts': viewerTest },
      jsdom: { 'tsconfig.json': tsconfig!, 'jest.config.js': jsdom!, 'viewer.test.ts': viewerTest },
      tsJestEsModules: {
        'package.json': '{"type":"module"}',
        'tsconfig.json': tsconfig!,
        'jest.config.cjs': esmConfig!,
        'value.ts': 'export const value = 1;',
        'viewer.test.ts': `import { value } from './value.js';\nit.each([value])('is %d', () => {});\n${inEsModules}`,
      },
      esModules: { 'package.json': '{"type":"module"}', 'viewer.test.js': viewerTest },
    };
    for (const [name, files] of Object.entries(projects)) {
      mkdirSync(join(folder, name));
      for (const [file, content] of Object.entries(files)) inFolder(join(name, file), content);
    }
    const args = [require.resolve('jest/bin/jest'), '-i', '--json', '--projects', ...Object.keys(projects)];
    const env = { ...environment(), NODE_OPTIONS: '--experimental-vm-modules' };
    const { stdout } = await execute(process.execPath, args, { cwd: folder, env });
    expect(JSON.parse(stdout)).toMatchObject({ success: true, numPassedTests: 5, numTotalTests: 5 });
  });

  it("with vitest's import, the README's test runs too", async () => {
    const [line = ''] = /import .* from 'vitest';/.exec(read('docs/recipes/jest.md')) ?? [];
    const tests: (() => unknown)[] = [];
    const vitest = { expect, it: (_name: string, body: () => unknown) => tests.push(body) };
    const load = (module: string): unknown => (module === 'vitest' ? vitest : jest.requireActual(module));
    await run({ name: 'vitest', code: `${line}\n${viewerTest}` }, load);
    expect(tests).toHaveLength(1);
    await tests[0]!();
  });
});

/** Requests, and what receivers in other languages must answer: the viewer with the names of the wire, or a code. */
const signed = { ...signViewerContext({ organizationId: 42 }, SECRET), Authorization: signBody('{}', SECRET) };
const token = signViewerContext({ organizationId: 42, actorType: 'user' }, SECRET, { format: 'jwt' });
const REQUESTS: [headers: Record<string, string>, body: string, status: number, answer: unknown][] = [
  [signed, '{}', 200, { organization_id: 42 }],
  [{ Authorization: signed.Authorization, ...token }, '{}', 200, { organization_id: 42, actor_type: 'user' }],
  [signed, '{ }', 401, 'ERR_SIGNATURE_MISMATCH'],
  [token, '{}', 401, 'ERR_MISSING_HEADER'],
];

const STUBS = `
import json, sys
from types import SimpleNamespace
class Aborted(Exception): pass
class Flask:
    config, logger = {}, SimpleNamespace(warning=lambda *_: None)
    def __init__(self, _): pass
    def before_request(self, hook): self.answer = lambda _: hook() or [200, flask.g.viewer]; return hook
def abort(*answer): raise Aborted(*answer)
request = SimpleNamespace(get_data=lambda: request.body)
flask = sys.modules["flask"] = SimpleNamespace(Flask=Flask, abort=abort, g=SimpleNamespace(), request=request)
sys.modules["django"] = SimpleNamespace()
sys.modules["django.http"] = SimpleNamespace(HttpResponse=lambda text, status: [status, text])
import snippet
view = lambda request: [200, request.viewer]
answer = snippet.app.answer if hasattr(snippet, "app") else snippet.viewer_context(view)
for line in sys.stdin:
    request.headers, body = json.loads(line)
    request.body = body.encode()
    try: print(json.dumps(answer(request)))
    except Aborted as aborted: print(json.dumps(aborted.args))
`;

describe.each(['Flask', 'Django'])('with a stub of %s', () => {
  shows(['docs/recipes/python-and-go.md', 'python', 'python3'], 'answers with the viewer or a code', async (code) => {
    inFolder('snippet.py', code);
    const env = { ...environment(), PYTHONPATH: join(ROOT, 'examples'), PYTHONDONTWRITEBYTECODE: '1' };
    const running = execute('python3', [inFolder('stubs.py', STUBS)], { env });
    running.child.stdin!.end(REQUESTS.map(([headers, body]) => JSON.stringify([headers, body])).join('\n'));
    const printed = (await running).stdout.trim().split('\n');
    expect(printed.map((line) => JSON.parse(line) as unknown)).toEqual(REQUESTS.map(([, , ...answer]) => answer));
  });
});

const MAIN = `package main
import ("encoding/json"; "fmt"; "io"; "net/http"; "net/http/httptest"; "os")
func main() {
	next := func(response http.ResponseWriter, request *http.Request, viewer *Viewer) {
		json.NewEncoder(response).Encode(viewer)
	}
	right, misconfigured := withViewer([]string{"${SECRET}"}, next), withViewer(nil, next)
	fmt.Println(httptest.NewServer(right).URL, httptest.NewServer(misconfigured).URL)
	io.Copy(io.Discard, os.Stdin)
}`;

shows(['docs/recipes/python-and-go.md', 'go', 'go'], 'answers with the viewer or a code', async (code) => {
  const verifier = read('examples/verify.go')
    .replace(/^func main\(\)[^]*/m, code)
    .replace('"os"', '"bytes"\n"io"');
  const program = spawn('go', ['run', inFolder('viewer.go', verifier), inFolder('main.go', MAIN)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const problems = textOf(program.stderr);
  try {
    const printed = await Promise.race([once(program.stdout, 'data'), problems]);
    const [url, misconfigured] = /^(\S+) (\S+)\n$/.exec(String(printed))!.slice(1) as [string, string];
    const post = async (to: string, headers: Record<string, string>, body: string): Promise<[number, string]> => {
      const response = await fetch(to, { method: 'POST', headers, body });
      return [response.status, (await response.text()).trim()];
    };
    for (const [headers, body, status, answer] of REQUESTS) {
      const expected = typeof answer === 'string' ? answer : JSON.stringify(answer);
      expect(await post(url, headers, body)).toEqual([status, expected]);
    }
    expect(await post(url, signed, 'x'.repeat(10_000_001))).toEqual([413, 'Request Entity Too Large']);
    expect(await post(misconfigured, signed, '{}')).toEqual([500, 'Internal Server Error']);
    const aborted = connect(Number(new URL(url).port), '127.0.0.1');
    aborted.end('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc');
    expect(await textOf(aborted)).toMatch(/^HTTP\/1\.1 400 [^]*\r\n\r\nBad Request\n$/);
  } finally {
    program.stdin.end();
  }
});

shows(['docs/recipes/python-and-go.md', 'sh', 'python3'], 'verifies the request', async (code) => {
  expect(await shell(code)).toBe('{"organization_id": 1}\n');
});

describe('docs/receivers.md, js', () => {
  beforeEach(() => {
    jest.spyOn(console, 'warn').mockReturnValue(); // the programs log what they refuse
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  type Fetch = (request: Request) => Promise<Response>;
  const [application, definition, next, hono, bun, deno, workers] = Array.from({ length: 7 }, () =>
    take('docs/receivers.md', 'js'),
  );
  const url = 'http://127.0.0.1/';
  const post = (body: string): RequestInit => ({
    method: 'POST',
    headers: { ...signViewerContext({ organizationId: 42 }, SECRET), Authorization: signBody('{}', SECRET) },
    body,
  });

  /** What the code exports, for the handler that the first block defines. */
  async function load(code: string): Promise<Record<string, unknown>> {
    const handler = {};
    const modules: Record<string, unknown> = {
      './web-standard.js': { createHandler },
      './handler.js': handler,
      './express.js': { respondToErrors, verified },
      './verified-request.js': { viewerStorage },
    };
    const require = (name: string): unknown => modules[name] ?? jest.requireActual(name);
    const exported = {};
    await run({ name: 'handler', code: definition! }, require, handler);
    await run({ name: 'server', code }, require, exported);
    return exported;
  }
  /** What the code passes to a function of a global. */
  async function passedTo(name: 'Bun' | 'Deno', code: string): Promise<unknown[]> {
    const serve = jest.fn<undefined, unknown[]>();
    Object.assign(globalThis, { [name]: { serve } });
    await load(code);
    Reflect.deleteProperty(globalThis, name);
    return serve.mock.calls[0]!;
  }

  it('Express lets in verified requests only', async () => {
    const { env } = process;
    process.env = { ...env, SEER_API_SHARED_SECRET: SECRET, PORT: '0' };
    const server = (await load(application!))['server'] as Server;
    process.env = { ...process.env, PORT: undefined };
    try {
      if (!server.listening) await once(server, 'listening');
      const address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1/models`;
      const json = { 'content-type': 'application/json' };
      const send = async (body: string): Promise<unknown[]> => {
        const { headers } = post(body);
        const response = await fetch(address, { ...post(body), headers: { ...(headers as object), ...json } });
        return [response.status, await response.json()];
      };
      expect(await send('{}')).toEqual([200, { viewer: { organizationId: 42 }, body: {} }]);
      expect(await send('{"a":1}')).toEqual([401, { code: 'ERR_SIGNATURE_MISMATCH' }]);
    } finally {
      process.env = env;
      server.close();
      server.closeAllConnections();
    }
  });

  it.each<[string, () => Promise<Fetch>]>([
    ['Next.js', async () => (await load(next!))['POST'] as Fetch],
    ['Bun', async () => ((await passedTo('Bun', bun!)) as [{ fetch: Fetch }])[0].fetch],
    ['Deno', async () => (await passedTo('Deno', deno!))[1] as Fetch],
    ['Workers', async () => ((await load(workers!))['default'] as { fetch: Fetch }).fetch],
    [
      'Hono on Node',
      async () => {
        const server = (await load(hono!.replace('8080', '0')))['server'] as Server;
        if (!server.listening) await once(server, 'listening');
        const { port } = server.address() as AddressInfo;
        return async (request) => {
          const response = await fetch(`http://127.0.0.1:${String(port)}`, post(await request.text()));
          server.close();
          server.closeIdleConnections();
          return response;
        };
      },
    ],
  ])('%s serves a signed request, and refuses a tampered one', async (_name, start) => {
    const seer = await listen(createStandIn({ secret: SECRET, formats: ['pair', 'jwt'], log: () => undefined }));
    const { env } = process;
    process.env = { ...env, SEER_API_SHARED_SECRET: SECRET, SEER_URL: seer.url };
    try {
      const response = await (await start())(new Request(url, post('{}')));
      expect([response.status, await response.json()]).toEqual([
        200,
        {
          viewer: { organizationId: 42 },
          received: null,
          next: { viewer: { organizationId: 42, actorType: 'unknown' } },
        },
      ]);
      expect((await (await start())(new Request(url, post('{"a":1}')))).status).toBe(401);
    } finally {
      process.env = env;
      await seer.close();
    }
  });
});

it('docs/receivers.md: express.raw leaves the bytes', async () => {
  const [, parser = '', rawBody = ''] = /`(express\.raw\(.*?\))`[^`]*`[^`]*`[^`]*`(Buffer.*?)`/.exec(
    read('docs/receivers.md').replaceAll('\n', ' '),
  )!;
  const exported: { parser?: RequestHandler; rawBody?: (request: unknown) => Buffer | '' } = {};
  const code = `exports.parser = ${parser}; exports.rawBody = (request) => ${rawBody};`;
  await run({ name: 'express', code: `const express = require('express'); ${code}` }, () => express, exported);
  const app = express();
  app.use(exported.parser!, (request, response) => {
    verifyBody(exported.rawBody!(request), request.headers.authorization, { secrets: [SECRET] });
    response.end();
  });
  const server = await listen(app);
  const post = async (body: string | null, signedBody = body ?? ''): Promise<number> =>
    (await fetch(server.url, { method: 'POST', headers: { authorization: signBody(signedBody, SECRET) }, body }))
      .status;
  expect(await Promise.all([post('{"a": 1}'), post(null), post('{"a":1}', '{"a": 1}')])).toEqual([200, 200, 500]);
  await server.close();
});

it('leaves no block without a test', () => {
  expect(blocks).toEqual([]);
});
