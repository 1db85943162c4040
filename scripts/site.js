// On the site: draws the diagrams. If mermaid cannot be loaded, their source stays.
const diagrams = [...document.querySelectorAll('pre > code.mermaid')];
if (diagrams.length > 0) {
  const isDark =
    document.documentElement.dataset.theme === 'dark' ||
    (document.documentElement.dataset.theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  import('https://cdn.jsdelivr.net/npm/mermaid@12.3.0/dist/mermaid.esm.min.mjs').then(({ default: mermaid }) => {
    mermaid.initialize({ startOnLoad: false, theme: isDark ? 'dark' : 'default' });
    const drawn = diagrams.map((code) => {
      const figure = document.createElement('div');
      figure.textContent = code.innerText; // with its line breaks
      code.parentElement.replaceWith(figure);
      return figure;
    });
    return mermaid.run({ nodes: drawn });
  });
}
