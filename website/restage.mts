import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vitepress';
import { PAGES } from './pages.mjs';
import { ROOT, STAGED } from './repository.mjs';

/** For `npm run docs:dev`: a document that is saved is shown at once. */
export function restageOnChange(): Plugin {
  const pages = new Map([...PAGES].map(([document, page]) => [join(ROOT, document), join(STAGED, page)]));
  return {
    name: 'restage-on-change',
    configureServer({ watcher }) {
      watcher.add([...pages.keys()]).on('change', (document) => {
        const page = pages.get(document);
        if (page !== undefined) copyFileSync(document, page);
      });
    },
  };
}
