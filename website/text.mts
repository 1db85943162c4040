/** The first heading of a page, without its marks. */
export function headingOf(markdown: string): string {
  return plain(/^# (.+)$/m.exec(markdown)?.[1] ?? '');
}

/** What a search engine shows below the title: the first sentence of the page, and the next if it is short. */
export function descriptionOf(markdown: string): string {
  const paragraphs = markdown
    .replace(/^---\n.*?\n---\n/s, '')
    .replace(/^(`{3,}).*?^\1$/gms, '')
    .split(/\n{2,}/);
  const first = paragraphs.find((paragraph) => /^[^#|<>\s-]/.test(paragraph)) ?? '';
  const sentences = [...new Intl.Segmenter('en', { granularity: 'sentence' }).segment(plain(first))];
  let description = '';
  for (const { segment } of sentences) {
    description += segment;
    if (description.length > 60) break;
  }
  return description.trim().replace(/:$/, '.').replaceAll('"', "'"); // VitePress does not escape it
}

/** Markdown without links, code marks and emphasis. */
function plain(markdown: string): string {
  return markdown
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replace(/[`*]/g, '')
    .replace(/\b_(\S+?)_\b/g, '$1')
    .replace(/\\(.)/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}
