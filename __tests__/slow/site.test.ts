import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { inflateSync } from 'node:zlib';

// The site that `npm run docs` makes: the API reference and every page.

const ROOT = join(__dirname, '../..');
let site: string;
let pages: string[];

beforeAll(async () => {
  site = mkdtempSync(join(tmpdir(), 'site-'));
  // Fails for an undocumented name, and for a link that TypeDoc cannot resolve.
  await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules/typedoc/bin/typedoc'), '--out', site], {
    cwd: ROOT,
  });
  pages = (readdirSync(site, { recursive: true }) as string[]).filter((name) => name.endsWith('.html'));
}, 300_000);
afterAll(() => {
  rmSync(site, { recursive: true });
});

const read = (page: string): string => readFileSync(join(site, page), 'utf8');

it('has a page for each document, named by its heading', () => {
  const documents = ['docs', 'docs/recipes'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => readFileSync(join(ROOT, folder, name), 'utf8')),
  );
  const titles = pages.map((page) => /<title>(.*?) \| axios-viewer-context<\/title>/.exec(read(page))?.[1]);
  for (const document of documents) {
    const [, heading] = /^# (.*)/.exec(document) ?? [];
    expect(titles).toContain(heading);
  }
});

it('has no broken link', () => {
  let links = 0;
  const broken: string[] = [];
  for (const page of pages) {
    for (const [, target] of read(page).matchAll(/(?:href|src)="([^"]+)"/g)) {
      if (/^(https?|mailto|data):/.test(target!)) continue;
      const [path = '', anchor] = target!.split('#');
      const file = path === '' ? page : relative(site, join(site, dirname(page), decodeURI(path)));
      links += 1;
      const isThere = existsSync(join(site, file));
      const hasAnchor = !anchor || !file.endsWith('.html') || (isThere && read(file).includes(`id="${anchor}"`));
      if (!isThere || !hasAnchor) broken.push(`${page}: ${target!}`);
    }
  }
  expect(links).toBeGreaterThan(500);
  expect(broken).toEqual([]);
});

it('finds names and pages by search', () => {
  const [, data = ''] = /"(.*)"/.exec(read('assets/search.js')) ?? [];
  const index = inflateSync(Buffer.from(data, 'base64')).toString();
  const { rows } = JSON.parse(index) as { rows: { name: string; url: string }[] };
  for (const name of ['createSeerClient', 'verifyViewerContext', 'Diagnosing a 401 or a missing viewer']) {
    const row = rows.find((each) => each.name === name);
    expect(existsSync(join(site, row!.url))).toBe(true);
  }
});

it('has a light and a dark theme, and the script that draws the diagrams', () => {
  const styles = read('assets/style.css');
  for (const theme of ['light', 'dark']) {
    expect(styles).toContain(`@media (prefers-color-scheme: ${theme})`);
    expect(styles).toContain(`:root[data-theme="${theme}"]`);
  }
  expect(read('index.html')).toContain('custom.js');
  expect(pages.filter((page) => read(page).includes('<code class="mermaid">')).length).toBeGreaterThan(3);
});
