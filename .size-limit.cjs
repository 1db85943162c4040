const { bundleSizes } = require('./limits.json');

const MODULES = { 'axios-viewer-context': 'index', 'axios-viewer-context/protocol': 'protocol/index' };

module.exports = Object.entries(bundleSizes).map(([name, limit]) => ({
  name,
  limit,
  path: `dist/esm/${MODULES[name]}.js`,
  gzip: true,
  ignore: ['axios', 'node:*'],
}));
