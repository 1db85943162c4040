import { renderMermaidSVG } from 'beautiful-mermaid';
import type { MarkdownRenderer } from 'vitepress';
import { DOCUMENTS } from './pages.mjs';

/** Draws the fenced `mermaid` blocks when the site is built, in colors of the theme, so that they follow light and dark. */
export function diagrams(md: MarkdownRenderer): void {
  const otherFence = md.renderer.rules.fence?.bind(md.renderer.rules);
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const { info, content } = tokens[index] ?? {};
    if (info?.trim() !== 'mermaid') return otherFence?.(tokens, index, options, env, self) ?? '';
    const { relativePath } = env as { relativePath: string };
    const name = `Diagram: ${lastHeading(tokens.slice(0, index))}`;
    return `<div class="diagram scrolls" tabindex="0" role="img" aria-label="${md.utils.escapeHtml(name)}">${draw(content ?? '', DOCUMENTS.get(relativePath) ?? relativePath)}</div>`;
  };
}

/** A diagram as SVG. `document` is for the message of a failure. */
export function draw(source: string, document: string): string {
  let svg: string;
  try {
    svg = renderMermaidSVG(source, {
      bg: 'var(--vp-c-bg)',
      fg: 'var(--vp-c-text-1)',
      muted: 'var(--vp-c-text-2)',
      line: 'var(--vp-c-text-3)',
      border: 'var(--vp-c-text-3)',
      surface: 'var(--vp-c-bg-soft)',
      accent: 'var(--vp-c-brand-1)',
      transparent: true,
      padding: 8,
    });
  } catch (error) {
    throw new Error(`A mermaid block of ${document} cannot be drawn: ${String(error)}`, { cause: error });
  }
  const lost = lostNote(source, svg);
  if (lost !== undefined) throw new Error(`A note in ${document} is not drawn; put it after a message: ${lost}`);
  const width = Number(/ width="([\d.]+)"/.exec(svg)?.[1]);
  // It shrinks a little to fit, as long as its text is legible. No font from another server. Vue takes a style only as a
  // component.
  return svg
    .replace(' style="', ` style="max-width:100%;min-width:${String(Math.round(width * 0.9))}px;height:auto;`)
    .replace(/@import.*/, '')
    .replace('<style>', '<component is="style">')
    .replace('</style>', '</component>')
    .replace(/\n\s*/g, ' ');
}

/** The library silently leaves out a note that comes before the first message. */
function lostNote(source: string, svg: string): string | undefined {
  const letters = (text: string): string => text.replace(/<[^>]*>|&[#\w]+;|\W/g, '');
  const notes = [...source.matchAll(/^\s*note [^:]*: *(.+)$/gim)].map(([, note = '']) => note);
  return notes.find((note) => !letters(svg).includes(letters(note)));
}

function lastHeading(tokens: readonly { type: string; content: string }[]): string {
  const heading = tokens.findLastIndex(({ type }) => type === 'heading_open');
  return (tokens[heading + 1]?.content ?? '').replaceAll('`', '');
}
