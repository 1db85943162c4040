import type { DefaultTheme } from 'vitepress';
import { linkedFiles, isData } from './links.mjs';
import { GROUPS, PAGES } from './pages.mjs';
import { filePage, PROGRAMS } from './programs.mjs';
import { read } from './repository.mjs';
import { headingOf } from './text.mjs';

type Item = DefaultTheme.SidebarItem;

/** The documents by group, then what is generated: the API, the programs, and other files that documents link to. */
export function sidebar(): Item[] {
  const generated: Record<string, Item[]> = {
    Reference: [
      { text: 'API: axios-viewer-context', link: '/api/axios-viewer-context' },
      { text: 'API: axios-viewer-context/protocol', link: '/api/axios-viewer-context/protocol' },
      { text: 'Example programs', link: '/examples/', collapsed: true, items: PROGRAMS.map(fileItem) },
    ],
    Project: linkedFiles()
      .filter((file) => !PROGRAMS.includes(file) && !isData(file))
      .map(fileItem),
  };
  return GROUPS.map(({ name, documents }) => {
    const items = [...documents.map(documentItem), ...(generated[name] ?? [])];
    // A group of one page is a link. The others are closed, except for the group of the current page.
    return items.length === 1 ? { ...items[0], text: name } : { text: name, collapsed: true, items };
  });
}

function documentItem(document: string): Item {
  return { text: headingOf(read(document)), link: addressOf(PAGES.get(document) ?? '') };
}

function fileItem(file: string): Item {
  return { text: file.replace(/^examples\//, ''), link: addressOf(filePage(file)) };
}

function addressOf(page: string): string {
  return `/${page}`.replace(/index\.md$/, '').replace(/\.md$/, '.html');
}
