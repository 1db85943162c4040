import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser, type Page } from 'playwright-core';
import manifest from '../../package.json';
import { installedBrowser } from '../support/commands.js';
import { startServer, type TestServer } from '../support/server.js';
import { DOCUMENTS } from '../support/snippets.js';

// The site that `npm run docs` makes: every document, the API, and the example programs.

const ROOT = join(__dirname, '../..');
const run = promisify(execFile);
let site: string;
let pages: string[];

beforeAll(async () => {
  site = mkdtempSync(join(tmpdir(), 'site-'));
  // Fails for an undocumented name, a link that leads nowhere, and a diagram that cannot be drawn.
  await run('npm', ['run', 'docs', '--', '--outDir', site], { cwd: ROOT });
  pages = (readdirSync(site, { recursive: true }) as string[]).filter((name) => name.endsWith('.html'));
}, 300_000);
afterAll(() => {
  rmSync(site, { recursive: true });
});

const read = (page: string): string => readFileSync(join(site, page), 'utf8');
const inHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

it('has a page for each document, named by its heading, and each page has a description of its own', () => {
  const titles = pages.map((page) => /<title>(.*?)<\/title>/.exec(read(page))?.[1]);
  for (const document of DOCUMENTS) {
    const heading = /^# (.*)$/m.exec(readFileSync(join(ROOT, document), 'utf8'))?.[1] ?? '';
    const title = heading === manifest.name ? heading : `${inHtml(heading)} | ${manifest.name}`;
    expect([document, titles.includes(title)]).toEqual([document, true]);
  }
  const descriptions = pages.map((page) => /<meta name="description" content="([^"]+)">/.exec(read(page))?.[1]);
  expect(descriptions).not.toContain(undefined);
  expect(new Set(descriptions).size).toBe(pages.length);
});

it('has no broken link', () => {
  let links = 0;
  const broken: string[] = [];
  for (const page of pages) {
    for (const [, target = ''] of read(page).matchAll(/(?:href|src)="([^"]+)"/g)) {
      if (/^(https?|mailto|data):/.test(target)) continue;
      const [path = '', anchor] = decodeURI(target).split('#');
      const file =
        path === '' ? page : join(path.startsWith('/') ? '' : dirname(page), path.replace(/\/$/, '/index.html'));
      links += 1;
      const isThere = existsSync(join(site, file));
      const hasAnchor = !anchor || (isThere && read(file).includes(`id="${anchor}"`));
      if (!isThere || !hasAnchor) broken.push(`${page}: ${target}`);
    }
  }
  expect(links).toBeGreaterThan(2_000);
  expect(broken).toEqual([]);
});

it.each([
  ['src/index.ts', 'api/axios-viewer-context.html'],
  ['src/protocol/index.ts', 'api/axios-viewer-context/protocol.html'],
])('documents every export of %s, functions first', (entryPoint, page) => {
  const headings = [...read(page).matchAll(/<h([23]) id="[^"]+" tabindex="-1">(\w+)/g)];
  const exported = [...readFileSync(join(ROOT, entryPoint), 'utf8').matchAll(/export (?:type )?\{(.+?)\}/g)]
    .flatMap(([, names = '']) => names.split(','))
    .map((name) => name.replace('type', '').trim());
  expect(exported.length).toBeGreaterThan(10);
  expect(headings.map(([, , name]) => name)).toEqual(expect.arrayContaining(exported));
  expect(headings.find(([, level]) => level === '2')?.[2]).toBe('Functions');
});

it('shows every example program', () => {
  const programs = readdirSync(join(ROOT, 'examples'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(ROOT.length + 1));
  expect(programs.length).toBeGreaterThan(10);
  for (const program of programs) expect(pages).toContain(`${program}.html`);
});

it('shows the version', () => {
  expect(read('index.html')).toContain(`>v${manifest.version}<`);
});

it('has no diagram without a drawing, and names the document of one that cannot be drawn', async () => {
  expect(pages.filter((page) => read(page).includes('language-mermaid'))).toEqual([]);
  const withDiagrams = DOCUMENTS.filter((name) => readFileSync(join(ROOT, name), 'utf8').includes('```mermaid'));
  expect(withDiagrams.length).toBeGreaterThan(1);
  expect(pages.filter((page) => read(page).includes('class="diagram'))).toHaveLength(withDiagrams.length);
  const draw = "import('./website/diagrams.mts').then(({ draw }) => draw('no diagram', 'docs/tokens.md'))";
  await expect(run('npx', ['tsx', '--eval', draw], { cwd: ROOT })).rejects.toThrow('mermaid block of docs/tokens.md');
});

const executablePath = installedBrowser();
const describeInBrowser = executablePath === undefined ? describe.skip : describe;

describeInBrowser('in a browser', () => {
  const NARROW = { width: 390, height: 844 };
  const WIDE = { width: 1280, height: 800 };
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  const requested: string[] = [];

  beforeAll(async () => {
    const types: Record<string, string> = { '.html': 'text/html', '.css': 'text/css', '.svg': 'image/svg+xml' };
    server = await startServer(({ url }, response) => {
      const path = join(site, decodeURI(url).replace(/\/$/, '/index.html'));
      response.setHeader('content-type', types[extname(path)] ?? 'text/javascript');
      response.statusCode = existsSync(path) ? 200 : 404;
      response.end(existsSync(path) ? readFileSync(path) : '');
    });
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
    page = await browser.newPage({ viewport: WIDE, colorScheme: 'light' });
    page.on('request', (request) => requested.push(request.url()));
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });

  const open = async (path: string, until: 'load' | 'networkidle' = 'load'): Promise<void> => {
    await page.goto(`${server.origin}/${path}`, { waitUntil: until });
  };
  const overflows = (): Promise<boolean> => page.evaluate('document.documentElement.scrollWidth > innerWidth');

  it('notices an element that is too wide', async () => {
    await open('start/index.html');
    expect(await overflows()).toBe(false);
    await page.evaluate(`document.querySelector('.vp-doc').innerHTML += '<div style="width: 2000px">wide</div>'`);
    expect(await overflows()).toBe(true);
  });

  it('never scrolls sideways, marks the current page, and asks no other server', async () => {
    const wrong: string[] = [];
    for (const name of pages) {
      await open(name);
      const hasSidebar = !['index.html', '404.html'].includes(name);
      const marked = page.locator('.VPSidebar .is-active > .item > a.link').filter({ visible: true });
      if (hasSidebar && (await marked.count()) !== 1) wrong.push(`${name} is not marked`);
      for (const viewport of [WIDE, NARROW]) {
        await page.setViewportSize(viewport);
        if (await overflows()) wrong.push(`${name} overflows at ${String(viewport.width)}`);
      }
      await page.setViewportSize(WIDE);
    }
    expect(wrong).toEqual([]);
    expect(requested.length).toBeGreaterThan(pages.length);
    expect(requested.filter((url) => !url.startsWith(server.origin))).toEqual([]);
  }, 300_000);

  it('lets a wide table scroll by the keyboard, with a shadow at its edge', async () => {
    await page.setViewportSize(NARROW);
    await open('operations/on-call.html');
    const table = page.locator('.scrolls').first();
    await table.focus();
    expect(await page.evaluate('getComputedStyle(document.activeElement).backgroundImage')).toContain('gradient');
    await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(300);
    expect(await page.evaluate('document.activeElement.scrollLeft')).toBeGreaterThan(0);
  });

  it('has a front page of one screen, which begins with a link to skip the navigation', async () => {
    await page.setViewportSize(WIDE);
    await open('index.html');
    const { y, height } = (await page.locator('.VPHome').boundingBox())!;
    expect(y + height).toBeLessThanOrEqual(WIDE.height);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent.trim()')).toBe('Skip to content');
  });

  it.each(['ERR_EXPIRED', 'jwt', 'allowedOrigins', 'rotate', '401'])('finds %s in a guide first', async (word) => {
    await open('index.html', 'networkidle'); // the script of the search is there
    await page.keyboard.press('Control+k');
    await page.locator('.VPLocalSearchBox input').fill(word);
    const hits = page.locator('.VPLocalSearchBox a.result');
    await hits.first().waitFor();
    const addresses = await Promise.all((await hits.all()).slice(0, 3).map((hit) => hit.getAttribute('href')));
    for (const address of addresses) {
      expect(address).toMatch(/^\/(start|guides|receivers|recipes|operations|reference)\//);
    }
  });

  it('draws diagrams that are legible in both themes', async () => {
    const diagrams = pages.filter((name) => read(name).includes('class="diagram'));
    const colors = new Set<string>();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const name of diagrams) {
        await open(name);
        const background = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
        const texts = await page.evaluate<string[]>(
          `[...document.querySelectorAll('.diagram text')].map((text) => getComputedStyle(text).fill)`,
        );
        expect(texts.length).toBeGreaterThan(2);
        for (const text of new Set(texts)) {
          colors.add(text);
          expect([name, text, contrast(text, background) >= 4.5]).toEqual([name, text, true]);
        }
      }
    }
    expect(colors.size).toBe(4); // of names and of labels, in each theme
  });
});

/** The contrast of two colors as WCAG defines it, from 1 to 21. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [one, other].map(luminance).sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red = NaN, green = NaN, blue = NaN] = [...color.matchAll(/\d+/g)].map(([channel]) => {
    const value = Number(channel) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
