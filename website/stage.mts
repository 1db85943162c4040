// Writes every page into one folder, `website/staged`: the documents as they are, the files they link to, and the example
// programs. VitePress could read the documents where they are, but then it would take every other Markdown file for a
// page too, and pages that are generated must be in the same folder.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isData, linkedFiles } from './links.mjs';
import { PAGES } from './pages.mjs';
import { filePage, listPrograms, PROGRAMS, showFile } from './programs.mjs';
import { filesIn, ROOT, STAGED } from './repository.mjs';

function inFolder(path: string): string {
  const file = join(STAGED, path);
  mkdirSync(dirname(file), { recursive: true });
  return file;
}

function copy(from: string, to: string): void {
  copyFileSync(join(ROOT, from), inFolder(to));
}

const unlisted = [...filesIn('', '.md', false), ...filesIn('docs', '.md')].filter((document) => !PAGES.has(document));
if (unlisted.length > 0) throw new Error(`Add to website/pages.mts: ${unlisted.join(', ')}`);

rmSync(STAGED, { recursive: true, force: true });
for (const [document, page] of PAGES) copy(document, page);
for (const file of new Set([...PROGRAMS, ...linkedFiles()])) {
  if (isData(file)) copy(file, join('public', file));
  else writeFileSync(inFolder(filePage(file)), showFile(file));
}
writeFileSync(inFolder('examples/index.md'), listPrograms());
copy('website/favicon.svg', 'public/favicon.svg');
