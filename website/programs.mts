import { extname } from 'node:path';
import { filesIn, read } from './repository.mjs';
import { descriptionOf } from './text.mjs';

const LANGUAGES: Record<string, string> = { '.mjs': 'js', '.cjs': 'js', '': 'text' };

/** The programs in `examples/`: each is a page. */
export const PROGRAMS: readonly string[] = filesIn('examples');

/** The page of a file that is not Markdown, such as `examples/retry.ts.md`. */
export function filePage(file: string): string {
  return `${file}.md`;
}

/** A page that shows a file as it is. Left out of the search: the documents say what the programs are for. */
export function showFile(file: string): string {
  const code = read(file);
  const comment = leadingComment(code) || 'A file of this package, as it is.';
  const language = LANGUAGES[extname(file)] ?? extname(file).slice(1);
  return [
    // Two programs may begin with the same words.
    `---\nsearch: false\naside: false\ndescription: ${JSON.stringify(`${file}: ${descriptionOf(comment)}`)}\n---`,
    `# ${file}`,
    comment,
    `\`\`\`\`${language}\n${code}\`\`\`\``,
    '',
  ].join('\n\n');
}

/** A page that lists the programs. */
export function listPrograms(): string {
  const items = PROGRAMS.map(
    (file) => `- [${file.replace('examples/', '')}](/${filePage(file)}): ${firstSentence(file)}`,
  );
  return [
    '---\nsearch: false\n---',
    '# Example programs',
    'Complete small programs. The documents show the parts that matter, and the tests of this package run each of them.',
    items.join('\n'),
    '',
  ].join('\n\n');
}

function firstSentence(file: string): string {
  return descriptionOf(leadingComment(read(file))) || 'A part that other programs share.';
}

/** The first paragraph of the comment that a program begins with. */
function leadingComment(code: string): string {
  const [, block, text, lines] =
    /^(?:#!.*\n)?(?:\/\*\*([^]*?)\*\/|"""([^]*?)"""|((?:(?:\/\/|#).*\n)+))/.exec(code) ?? [];
  const comment = block?.replace(/^\s*\* ?/gm, '') ?? text ?? lines?.replace(/^(?:\/\/|#) ?/gm, '') ?? '';
  return comment.trim().split('\n\n')[0] ?? '';
}
