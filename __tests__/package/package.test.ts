import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const ROOT = join(__dirname, '../..');
const MODULES = join(ROOT, 'node_modules');

interface Packed {
  filename: string;
  files: { path: string }[];
}

describe('the packed package', () => {
  let folder: string;
  let packed: Packed;

  /** An installation of the packed package, beside the given dependencies. */
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
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('holds both builds, with declarations, the documents and the examples, and nothing else', () => {
    const modules = [
      ...['attach', 'attempt', 'axios-types', 'body', 'destination', 'errors', 'index', 'interceptor'],
      ...['missing-secret', 'options', 'properties', 'remember', 'request-headers', 'seer-client', 'signer'],
      ...['signer-source', 'transforms'],
      ...['bytes', 'headers', 'index', 'shared-secret', 'sign', 'signature', 'verify', 'viewer-context'].map(
        (name) => `protocol/${name}`,
      ),
    ];
    const built = ['cjs', 'esm'].flatMap((build) =>
      modules.flatMap((module) => [`dist/${build}/${module}.js`, `dist/${build}/${module}.d.ts`]),
    );
    const documents = ['README', 'CHANGELOG', 'CONTRIBUTING', 'SECURITY'].map((name) => `${name}.md`);
    const folders = ['docs', 'docs/recipes', 'docs/performance', 'examples'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => `${folder}/${name}`),
    );
    const expected = ['LICENSE', 'package.json', 'dist/esm/package.json', ...built, ...documents, ...folders];
    expect(packed.files.map(({ path }) => path).sort()).toEqual(expected.sort());
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

  const compilers = ['typescript-5.0', 'typescript-5.9', 'typescript', 'typescript-7'];
  const projects: [module: string, moduleResolution: string, extensions: string[]][] = [
    ['node16', 'node16', ['mts', 'cts']],
    ['nodenext', 'nodenext', ['mts', 'cts']],
    ['esnext', 'bundler', ['ts']],
  ];
  it.each(compilers.flatMap((compiler) => projects.map((project) => [compiler, ...project] as const)))(
    '%s, module %s, resolution %s: what is right compiles and runs, what is wrong does not compile',
    async (compiler, module, moduleResolution, extensions) => {
      const consumer = await install(`${compiler}-${module}`, ['axios', '@types/node', 'undici-types']);
      const sources = join(consumer, 'project');
      await mkdir(sources);
      // files of a bundler's project are ES modules in Node
      await writeFile(join(sources, 'package.json'), JSON.stringify({ type: 'module' }));
      for (const extension of extensions) {
        await cp(join(consumer, 'types.mts'), join(sources, `types.${extension}`));
        await cp(join(consumer, 'run.ts'), join(sources, `run.${extension}`));
      }
      const compilerOptions = {
        module,
        moduleResolution,
        target: 'es2022',
        strict: true,
        esModuleInterop: true,
        types: ['node'],
        rootDir: 'project',
        outDir: 'out',
      };
      await writeFile(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['project'] }));
      await cp(join(sources, 'package.json'), join(consumer, 'out/package.json'));
      const tsc = join(MODULES, compiler, 'bin/tsc');
      const compiled = await execute(process.execPath, [tsc, '-p', consumer]).catch((error: unknown) => error);
      expect(compiled).toMatchObject({ stdout: '' });
      for (const extension of extensions) {
        const emitted = join(consumer, 'out', `run.${extension.replace('ts', 'js')}`);
        const { stdout } = await execute(process.execPath, [emitted]);
        expect(stdout).toBe('ok\n');
      }
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
       // @ts-expect-error a number is no secret
       export const wrong: SharedSecret = 42;`,
    );
    const compilerOptions = { module: 'node16', target: 'es2022', strict: true, noEmit: true, types: [] };
    await writeFile(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['only.mts'] }));
    const tsc = join(MODULES, 'typescript/bin/tsc');
    const compiled = await execute(process.execPath, [tsc, '-p', consumer]).catch((error: unknown) => error);
    expect(compiled).toMatchObject({ stdout: '' });
  }, 120_000);
});
