import type { MarkdownRenderer } from 'vitepress';

/** Puts each table into a box of its own: a wide one scrolls there, not the page, and the keyboard can scroll it. */
export function tables(md: MarkdownRenderer): void {
  md.renderer.rules['table_open'] = () => '<div class="scrolls" tabindex="0" role="region" aria-label="Table"><table>';
  md.renderer.rules['table_close'] = () => '</table></div>';
}
