import { basename } from 'node:path';

/** A heading of the sidebar, with its documents in reading order. */
export interface Group {
  /** It is also the folder of the addresses, such as `/guides/attaching.html`. */
  readonly name: string;
  readonly documents: readonly string[];
}

/** Every Markdown document is a page of the site. This is the one list of them. */
export const GROUPS: readonly Group[] = [
  { name: 'Start', documents: ['README.md'] },
  {
    name: 'Guides',
    documents: [
      'docs/attaching.md',
      'docs/destinations.md',
      'docs/ambient-viewer.md',
      'docs/seer-client.md',
      'docs/tokens.md',
    ],
  },
  {
    name: 'Receivers',
    documents: ['docs/receivers.md', 'docs/recipes/python-and-go.md', 'docs/recipes/audit-log.md'],
  },
  {
    name: 'Recipes',
    documents: [
      'docs/recipes/README.md',
      'docs/recipes/jest.md',
      'docs/recipes/nestjs.md',
      'docs/recipes/migrate-to-tokens.md',
      'docs/recipes/axios-retry.md',
      'docs/recipes/axios-auth-refresh.md',
      'docs/recipes/axios-cache-interceptor.md',
      'docs/recipes/fetch-and-curl.md',
      'docs/recipes/metrics.md',
    ],
  },
  {
    name: 'Operations',
    documents: [
      'docs/on-call.md',
      'docs/diagnosing.md',
      'docs/secret.md',
      'docs/logs-and-queues.md',
      'docs/command-line.md',
    ],
  },
  { name: 'Reference', documents: ['docs/errors.md', 'docs/protocol.md', 'docs/performance.md'] },
  {
    name: 'Project',
    documents: ['SECURITY.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'docs/testing.md'],
  },
];

/** The page of each document, by the path of the document. Both are Markdown: `docs/tokens.md` is `guides/tokens.md`. */
export const PAGES: ReadonlyMap<string, string> = new Map([
  ['website/home.md', 'index.md'],
  ...GROUPS.flatMap(({ name, documents }) =>
    documents.map((document) => [document, `${name}/${pageName(document)}`.toLowerCase()] as const),
  ),
]);

/** The document of each page, the other way around. */
export const DOCUMENTS: ReadonlyMap<string, string> = new Map([...PAGES].map(([document, page]) => [page, document]));

function pageName(document: string): string {
  const name = basename(document);
  return name === 'README.md' ? 'index.md' : name;
}
