const common = { gzip: true, modifyEsbuildConfig: (config) => ({ ...config, platform: 'node' }) };

/** Minified and gzipped, without axios. */
export default [
  { name: 'axios-viewer-context', path: 'dist/esm/index.js', limit: '7.9 kB', ...common },
  { name: 'axios-viewer-context/protocol', path: 'dist/esm/protocol/index.js', limit: '4.5 kB', ...common },
];
