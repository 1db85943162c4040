import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '../..');

/** Every document that can show code. The README comes first. */
export const DOCUMENTS = [
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...['docs', 'docs/recipes'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
  'website/home.md',
];

/** A block of code in a document, or in a doc comment. */
export interface Snippet {
  /** File and line, such as `README.md:31`. */
  readonly name: string;
  readonly code: string;
}

/** The blocks of a document, except the programs that it embeds as they are, which have tests of their own. */
export function blocksOf(document: string): (Snippet & { readonly language: string })[] {
  const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
  const embedded = /^<!-- (examples\/\S+) -->\n\n```\w+\n(.*?)^```$/gms;
  const text = read(document).replace(embedded, (block, path: string, code: string) =>
    code === read(path) ? block.replace(/[^\n]/g, '') : block,
  );
  return [...text.matchAll(/^[ >]*```([^\n]*)\n(.*?)^[ >]*```$/gms)].map(({ index, 1: language, 2: code }) => ({
    name: `${document}:${String(text.slice(0, index).split('\n').length)}`,
    language: language!,
    code: code!,
  }));
}

/** The TypeScript blocks of a document. */
export function snippetsOf(document: string): Snippet[] {
  return blocksOf(document).filter(({ language }) => language === 'ts');
}

/** The examples of the doc comments of a source file. */
export function examplesOf(file: string): Snippet[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/^ *\* ```ts\n(.*?)^ *\* ```$/gms)].map(({ index, 1: code }) => ({
    name: `${file}:${String(text.slice(0, index).split('\n').length)}`,
    code: code!.replace(/^ *\* ?/gm, ''),
  }));
}

/** What the compiler says about the snippets, each as a module of a strict project that depends on this package. */
export function compileErrors(snippets: readonly Snippet[]): string[] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(
    {
      ...config.compilerOptions,
      module: 'esnext',
      moduleResolution: 'bundler',
      noUnusedLocals: false,
      noPropertyAccessFromIndexSignature: false,
      exactOptionalPropertyTypes: false,
    },
    ROOT,
  );
  const files = new Map(
    snippets.map(({ name, code }) => [join(ROOT, `${name.replace(':', '-')}.ts`), `${code}\nexport {};`]),
  );
  const host = ts.createCompilerHost(options);
  const original = { ...host };
  host.fileExists = (path) => files.has(path) || original.fileExists(path);
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const code = files.get(path);
    return code === undefined
      ? original.getSourceFile(path, languageVersion, ...rest)
      : ts.createSourceFile(path, code, languageVersion);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}

/** Runs a snippet; the bodies of its tests too. */
export async function run(
  { code }: Snippet,
  require: (module: string) => unknown = (module) => jest.requireActual(module),
  exports: object = {},
): Promise<void> {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
  });
  const tests: (() => unknown)[] = [];
  const it = (_name: string, body: () => unknown): unknown => tests.push(body);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- running the project's own documents is the point
  const body = new Function('require', 'exports', 'it', `return (async () => {${outputText}\n})();`) as (
    ...parameters: unknown[]
  ) => Promise<void>;
  await body(require, exports, it);
  for (const test of tests) await test();
}
