import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import limits from '../../../limits.json';

const execute = promisify(execFile);
const ROOT = join(__dirname, '../../..');
const MODULES = join(ROOT, 'node_modules');

interface Packed {
  filename: string;
  /** In bytes. */
  size: number;
  unpackedSize: number;
  files: { path: string }[];
}

describe('the packed package', () => {
  let folder: string;
  let packed: Packed;

  /** An installation of the packed package, with the given dependencies. */
  async function install(name: string, dependencies: string[]): Promise<string> {
    const consumer = join(folder, name);
    const modules = join(consumer, 'node_modules');
    await mkdir(join(modules, 'axios-viewer-context'), { recursive: true });
    await mkdir(join(modules, '@types'));
    const tarball = join(folder, packed.filename);
    await execute('tar', ['-xzf', tarball, '--strip-components=1', '-C', join(modules, 'axios-viewer-context')]);
    for (const dependency of dependencies) await symlink(join(MODULES, dependency), join(modules, dependency));
    await cp(join(__dirname, 'consumers'), consumer, { recursive: true });
    await writeFile(join(consumer, 'package.json'), '{}');
    return consumer;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'axios-viewer-context-'));
    const { stdout } = await execute('npm', ['pack', '--json', '--silent', '--pack-destination', folder], {
      cwd: ROOT,
    });
    // npm lists the packages in an array or, from version 11 on, by name
    const listed = Object.values(JSON.parse(stdout.slice(stdout.search(/^[[{]/m))) as Record<string, Packed>);
    packed = listed[0]!;
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('holds both builds, with declarations, the documents and the examples, and nothing else', () => {
    const modules = ['', 'protocol/', 'cli/'].flatMap((sources) =>
      readdirSync(join(ROOT, 'src', sources))
        .filter((name) => name.endsWith('.ts'))
        .map((name) => sources + name.slice(0, -'.ts'.length)),
    );
    const built = ['cjs', 'esm'].flatMap((build) =>
      modules
        .filter((module) => build === 'cjs' || !module.startsWith('cli/')) // the program has one build
        .flatMap((module) => [`dist/${build}/${module}.js`, `dist/${build}/${module}.d.ts`]),
    );
    const documents = ['README', 'CHANGELOG', 'CONTRIBUTING', 'SECURITY'].map((name) => `${name}.md`);
    const folders = ['docs', 'docs/recipes', 'examples', 'examples/receivers'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
        .map(({ name }) => `${folder}/${name}`),
    );
    const expected = ['LICENSE', 'package.json', 'dist/esm/package.json', ...built, ...documents, ...folders];
    expect(packed.files.map(({ path }) => path).sort()).toEqual(expected.sort());
  });

  it('is small, packed and installed', () => {
    expect(packed.size).toBeLessThanOrEqual(limits.packedBytes);
    expect(packed.unpackedSize).toBeLessThanOrEqual(limits.installedBytes);
  });

  it('has a program that signs, verifies what it has signed, and serves until it is stopped', async () => {
    const consumer = await install('program', []);
    const program = join(consumer, 'node_modules/axios-viewer-context/dist/cjs/cli/main.js');
    const env = { PATH: process.env['PATH'], SEER_API_SHARED_SECRET: 'secret-one' };
    const { stdout: headers } = await execute(program, ['sign', '--organization', '1', '--user', '2'], { env });
    expect(headers).toContain('X-Viewer-Context: {"organization_id":1,"user_id":2}\n');
    const verifying = execute(program, ['verify', '--headers', '-'], { env });
    verifying.child.stdin!.end(headers);
    expect((await verifying).stdout).toMatch(/^pair: 33 bytes, .*\n {2}valid$/m);
    await expect(execute(program, ['key-id'], { env: { PATH: env.PATH } })).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no secret') as string,
    });

    // Its reader is gone, as with `| head`: it stops, without a stack trace.
    const unread = execute(program, ['--help'], { env });
    unread.child.stdout!.destroy();
    await expect(unread).rejects.toMatchObject({ code: 2, stderr: '' });

    const serving = execute(program, ['serve', '--port', '0'], { env });
    const url = await new Promise<string>((resolve) => {
      serving.child.stdout!.on('data', (text: string) => {
        const [, found] = /(http:\S+),/.exec(text) ?? [];
        if (found !== undefined) resolve(found);
      });
    });
    const response = await fetch(url);
    expect([response.status, await response.json()]).toEqual([401, { refused: 'body', code: 'ERR_MISSING_HEADER' }]);
    serving.child.kill('SIGTERM');
    expect((await serving).stdout).toMatch(/GET \/ 401 body ERR_MISSING_HEADER; likely cause: .+\n$/);
  });

  it('has no run-time dependencies', async () => {
    const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as Record<string, unknown>;
    expect(manifest['dependencies']).toBeUndefined();
    expect(manifest['peerDependencies']).toEqual({ axios: '>=1.2.0 <1.13.3 || >1.13.3 <2' });
  });

  it.each(['use.cjs', 'use.mjs'])('runs in %s', async (file) => {
    const consumer = await install(file, ['axios']);
    const { stdout } = await execute(process.execPath, [file], { cwd: consumer });
    expect(stdout).toBe('ok\n');
  });

  it('has a protocol entry that loads no axios, in both builds', async () => {
    const consumer = await install('protocol', []);
    const { stdout } = await execute(process.execPath, ['protocol.cjs'], { cwd: consumer });
    expect(stdout).toBe('ok\n');
  });

  /** Compiles the files in `project`. Fails with what the compiler says. */
  async function compile(compiler: string, folder: string, options: Record<string, unknown>): Promise<void> {
    const compilerOptions = {
      target: 'es2022',
      strict: true,
      esModuleInterop: true,
      types: ['node'],
      rootDir: 'project',
      ...options,
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['project'] }));
    await execute(process.execPath, [join(MODULES, compiler, 'bin/tsc'), '-p', folder]).catch((error: unknown) => {
      throw new Error((error as { stdout: string }).stdout);
    });
  }

  const compilers = ['typescript-5.0', 'typescript-5.9', 'typescript', 'typescript-7'];
  // Without a moduleResolution, `module: commonjs` means node10 for TypeScript 5 (as in ts-jest and ts-node).
  const projects: [module: string, moduleResolution: string | undefined, type: string, extensions: string[]][] = [
    ['node16', 'node16', 'module', ['mts', 'cts']],
    ['esnext', 'bundler', 'module', ['ts']],
    ['commonjs', undefined, 'commonjs', ['ts']],
  ];
  it.each(compilers.flatMap((compiler) => projects.map((project) => [compiler, ...project] as const)))(
    '%s, module %s, resolution %s: what is right compiles and runs, what is wrong does not compile',
    async (compiler, module, moduleResolution, type, extensions) => {
      const consumer = await install(`${compiler}-${module}`, ['axios', '@types/node', 'undici-types']);
      const sources = join(consumer, 'project');
      await mkdir(sources);
      await writeFile(join(sources, 'package.json'), JSON.stringify({ type }));
      for (const extension of extensions) {
        await cp(join(consumer, 'types.ts'), join(sources, `types.${extension}`));
        await cp(join(consumer, 'run.ts'), join(sources, `run.${extension}`));
      }
      await cp(join(sources, 'package.json'), join(consumer, 'out/package.json'));
      await compile(compiler, consumer, { module, moduleResolution, outDir: 'out' });
      for (const extension of extensions) {
        const emitted = join(consumer, 'out', `run.${extension.replace('ts', 'js')}`);
        const { stdout } = await execute(process.execPath, [emitted]);
        expect(stdout).toBe('ok\n');
      }
    },
    120_000,
  );

  it.each(['typescript-5.0', 'typescript-7'])(
    '%s: viewerContext is known in what other libraries return (F2, F3)',
    async (compiler) => {
      const consumer = await install(`${compiler}-libraries`, ['axios', '@types/node', 'undici-types']);
      const write = async (folder: string, files: Record<string, string>): Promise<string> => {
        await mkdir(join(consumer, folder, 'project'), { recursive: true });
        for (const [name, text] of Object.entries(files)) {
          await writeFile(join(consumer, folder, 'project', name), text);
        }
        return join(consumer, folder);
      };
      const library = `import axios from 'axios'; export const client = axios.create();`;
      const request = `void client.get('/', { viewerContext: { userId: 2 } });`;
      const options = { module: 'node16', moduleResolution: 'node16', skipLibCheck: true, types: [], noEmit: true };
      // F2: an ES module that uses a CommonJS library, and the other way round.
      const esm = await write('esm', {
        'library.cts': library,
        'app.mts': `import 'axios-viewer-context'; import { client } from './library.cjs'; ${request}`,
      });
      await compile(compiler, esm, options);
      const cjs = await write('cjs', {
        'library.mts': library,
        'app.cts': `import 'axios-viewer-context'; import('./library.mjs').then(({ client }) => { ${request} });`,
      });
      await compile(compiler, cjs, options);
      // F3: a library that wraps this package. Its users import nothing of it.
      const wrapper = await write('wrapper', {
        'library.mts': `import { createSeerClient } from 'axios-viewer-context'; export const create = () => createSeerClient();`,
      });
      await compile(compiler, wrapper, { ...options, noEmit: false, declaration: true, outDir: 'out' });
      const user = await write('user', {
        'app.mts': `import { create } from '../../wrapper/out/library.mjs'; const client = create(); ${request}`,
      });
      await compile(compiler, user, { ...options, rootDir: '..' });
      // Control: without this package, it is an error.
      const control = await write('control', { 'app.mts': `${library} ${request}` });
      await expect(compile(compiler, control, options)).rejects.toThrow('viewerContext');
    },
    120_000,
  );

  it('has types that need no @types/node', async () => {
    const consumer = await install('no-node-types', ['axios']);
    await writeFile(
      join(consumer, 'only.mts'),
      `import { verifyViewerContext, type SharedSecret } from 'axios-viewer-context/protocol';
       export const secret: SharedSecret = 'x';
       export const viewer = verifyViewerContext({}, { secrets: [secret] });
       // @ts-expect-error a number is not a secret
       export const wrong: SharedSecret = 42;`,
    );
    await mkdir(join(consumer, 'project'));
    await cp(join(consumer, 'only.mts'), join(consumer, 'project/only.mts'));
    await expect(
      compile('typescript', consumer, { module: 'node16', noEmit: true, types: [] }),
    ).resolves.toBeUndefined();
  }, 300_000);
});
