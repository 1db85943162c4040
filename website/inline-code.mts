import type { MarkdownRenderer } from 'vitepress';

const MAX_UNBROKEN = 34; // characters: what fits beside a bullet on a phone

/** Keeps short code in one line: browsers would break `X-Viewer-Context` after each hyphen. */
export function inlineCode(md: MarkdownRenderer): void {
  md.core.ruler.push('inline-code', ({ tokens }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      if (token.type === 'code_inline' && token.content.length <= MAX_UNBROKEN) token.attrJoin('class', 'unbroken');
    }
  });
}
