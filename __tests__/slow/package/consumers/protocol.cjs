// The protocol entry alone, where axios is not installed.
const assert = require('node:assert');
const { keyId } = require('axios-viewer-context/protocol');

assert.equal(keyId('secret-one'), 'ea77193c');
assert.ok(!Object.keys(require.cache).some((path) => /[\\/]axios[\\/]/.test(path)));
assert.throws(() => require('axios'), /Cannot find module/);
import('axios-viewer-context/protocol').then((esm) => {
  assert.equal(esm.keyId('secret-one'), 'ea77193c');
  console.log('ok');
});
