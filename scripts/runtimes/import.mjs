/** Imports the ES modules of the installed package, and compares what they sign with a known answer. */
import assert from 'node:assert/strict';
import { createSeerClient } from 'axios-viewer-context';
import { signViewerContext } from 'axios-viewer-context/protocol';

assert.equal(typeof createSeerClient({ secret: 'secret-one' }).request, 'function');
assert.deepEqual(signViewerContext({ organizationId: 1, userId: 2 }, 'secret-one'), {
  'X-Viewer-Context': '{"organization_id":1,"user_id":2}',
  'X-Viewer-Context-Signature': '0fcce1276b18b09692e8abe64f8111705d9d4ee5cc9aadeab6bbd6fb4dcc529e',
});
