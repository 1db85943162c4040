// Writes the public API as text to api/, so that reviews show changes to types: `npm run api`. With --check, fails if
// what is committed is out of date.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const WORK = '.api-report';
const DECLARATIONS = join(WORK, 'declarations');

/** The report on an entry point, which API Extractor writes as a Markdown file. */
function reportOn(entryPoint) {
  const name = 'report';
  const extractorConfig = ExtractorConfig.prepare({
    configObject: {
      projectFolder: resolve('.'),
      mainEntryPointFilePath: resolve(DECLARATIONS, entryPoint),
      compiler: { tsconfigFilePath: resolve('tsconfig.build.json') },
      apiReport: {
        enabled: true,
        reportFileName: name,
        includeForgottenExports: true,
        reportFolder: resolve(WORK),
        reportTempFolder: resolve(WORK, 'temp'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: {
          default: { logLevel: 'none' },
          'ae-forgotten-export': { logLevel: 'warning', addToApiReportFile: true },
        },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: resolve('package.json'),
  });
  const messageCallback = (message) => {
    message.handled = message.logLevel !== 'error'; // it would print that it wrote the file
  };
  Extractor.invoke(extractorConfig, { localBuild: true, messageCallback });
  return readFileSync(join(WORK, `${name}.api.md`), 'utf8');
}

/** What API Extractor leaves out: how this package extends axios's types. */
function reportOnAugmentation() {
  const text = readFileSync(join(DECLARATIONS, 'axios-types.d.ts'), 'utf8');
  const [declaration] = /^declare module 'axios' \{\n.*?^\}\n/ms.exec(text);
  return `# What \`axios-viewer-context\` adds to the types of axios\n\n\`\`\`ts\n${declaration}\`\`\`\n`;
}

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
rmSync(WORK, { recursive: true, force: true });
mkdirSync(WORK, { recursive: true });
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--emitDeclarationOnly', '--outDir', DECLARATIONS], {
  stdio: 'inherit',
});

const reports = {
  'api/axios-viewer-context.md': reportOn('index.d.ts'),
  'api/axios-viewer-context-protocol.md': reportOn('protocol/index.d.ts'),
  'api/axios-augmentation.md': reportOnAugmentation(),
};

mkdirSync('api', { recursive: true });
for (const [path, text] of Object.entries(reports)) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (process.argv.includes('--check')) {
    console.error(`${path} is out of date: run \`npm run api\`, review the change, and commit it.`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, text);
    console.log(`${path} has been written.`);
  }
}
rmSync(WORK, { recursive: true });
