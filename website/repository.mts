import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');
/** All pages, as VitePress reads them. */
export const STAGED = join(import.meta.dirname, 'staged');

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The files below a folder that end with `extension`, as paths from the root. */
export function filesIn(folder: string, extension = '', recursive = true): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map(({ parentPath, name }) => join(parentPath, name).slice(ROOT.length + 1))
    .sort();
}
