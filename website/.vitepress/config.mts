import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import { diagrams } from '../diagrams.mjs';
import { inlineCode } from '../inline-code.mjs';
import { repositoryLinks } from '../links.mjs';
import { read, STAGED } from '../repository.mjs';
import { restageOnChange } from '../restage.mjs';
import { search } from '../search.mjs';
import { sidebar } from '../sidebar.mjs';
import { tables } from '../tables.mjs';
import { descriptionOf } from '../text.mjs';

const manifest = JSON.parse(read('package.json')) as { name: string; version: string; description: string };
/** Where the site is served, such as `/axios-viewer-context/`. */
const base = process.env['SITE_BASE'] ?? '/';

export default defineConfig({
  base,
  lang: 'en',
  title: manifest.name,
  description: manifest.description,
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}favicon.svg` }]],
  srcDir: STAGED,
  srcExclude: ['api/README.md'], // only lists the two pages of the API, as the sidebar does
  outDir: '../site',
  router: { prefetchLinks: false }, // the linked pages would be more than half of what the front page loads
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-default' },
    anchor: { slugify: slugAsOnGitHub },
    config: (md) => {
      md.use(repositoryLinks).use(diagrams).use(tables).use(inlineCode);
    },
  },
  transformPageData: ({ description, relativePath }) => ({
    description: description || descriptionOf(readFileSync(join(STAGED, relativePath), 'utf8')),
  }),
  vite: { plugins: [restageOnChange()] },
  themeConfig: {
    logo: '/favicon.svg',
    nav: [
      { text: 'Start', link: '/start/' },
      { text: 'Receivers', link: '/receivers/receivers' },
      { text: 'On call', link: '/operations/on-call' },
      { text: 'Errors', link: '/reference/errors' },
      { text: 'API', link: '/api/axios-viewer-context' },
      { text: `v${manifest.version}`, link: '/project/changelog' },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search,
    notFound: { title: 'Page not found', quote: 'Search for it, or begin at Start.', linkText: 'To the front page' },
  },
});

/** The documents link to headings as GitHub names them. */
function slugAsOnGitHub(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}
