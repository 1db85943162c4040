/** The same as `import.mjs`, with the CommonJS build. */
const assert = require('node:assert/strict');
const { createSeerClient } = require('axios-viewer-context');
const { signViewerContext } = require('axios-viewer-context/protocol');

assert.equal(typeof createSeerClient({ secret: 'secret-one' }).request, 'function');
assert.deepEqual(signViewerContext({ organizationId: 1, userId: 2 }, 'secret-one'), {
  'X-Viewer-Context': '{"organization_id":1,"user_id":2}',
  'X-Viewer-Context-Signature': '0fcce1276b18b09692e8abe64f8111705d9d4ee5cc9aadeab6bbd6fb4dcc529e',
});
