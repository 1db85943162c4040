import { existsSync, statSync } from 'node:fs';
import { extname, join, posix } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { DOCUMENTS, PAGES } from './pages.mjs';
import { filePage } from './programs.mjs';
import { read, ROOT } from './repository.mjs';

/** In the documents, links are paths of the repository, for whoever reads them there. Here they lead to pages. */
export function repositoryLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    const document = DOCUMENTS.get((env as { relativePath: string }).relativePath);
    if (document === undefined) return;
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const target = token.type === 'link_open' ? token.attrGet('href') : null;
      if (target !== null && isLocal(target)) token.attrSet('href', addressOf(document, target));
    }
  });
}

/** The files that the documents link to and that are not Markdown. */
export function linkedFiles(): string[] {
  const files = [...PAGES.keys()].flatMap((document) => {
    const text = read(document).replace(/^```.*?^```$/gms, '');
    const targets = [...text.matchAll(/\]\(([^)\s#]+)/g)].map(([, target]) => target ?? '');
    return targets.filter(isLocal).map((target) => resolve(document, target));
  });
  return [...new Set(files)].filter((file) => !PAGES.has(file)).sort();
}

/** Data is downloaded. Everything else is shown as a page. */
export function isData(file: string): boolean {
  return extname(file) === '.json';
}

function isLocal(target: string): boolean {
  return !/^(?:https?:|mailto:|#|\/)/.test(target);
}

function addressOf(document: string, target: string): string {
  const [path = '', anchor] = target.split('#');
  const file = resolve(document, path);
  const page = PAGES.get(file) ?? (isData(file) ? file : filePage(file));
  return `/${page}${anchor === undefined ? '' : `#${anchor}`}`;
}

function resolve(document: string, path: string): string {
  const file = posix.join(posix.dirname(document), path);
  const isFile = existsSync(join(ROOT, file)) && statSync(join(ROOT, file)).isFile();
  if (!isFile) throw new Error(`${document} links to ${path}, which is not a file.`);
  return file;
}
