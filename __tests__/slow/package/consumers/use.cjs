// A CommonJS consumer of the installed package.
const assert = require('node:assert');
const axios = require('axios');
const { attachViewerContext, createSeerClient, isViewerContextError } = require('axios-viewer-context');
const { verifyViewerContext } = require('axios-viewer-context/protocol');

const adapter = (config) =>
  Promise.resolve({ data: config.headers.toJSON(), status: 200, statusText: '', headers: {}, config });
const secrets = ['secret-one'];

async function main() {
  const client = axios.create({ adapter });
  attachViewerContext(client, { secret: 'secret-one' });
  const { data } = await client.get('/', { viewerContext: { organizationId: 1, userId: 2 } });
  assert.deepEqual({ ...verifyViewerContext(data, { secrets }) }, { organizationId: 1, userId: 2 });
  const seer = await createSeerClient({ adapter, secret: 'secret-one' }).get('/');
  assert.match(seer.data.Authorization, /^Rpcsignature rpc0:7bb95bbc/);

  // Both builds in one process behave as one.
  const esm = await import('axios-viewer-context');
  assert.notEqual(esm.attachViewerContext, attachViewerContext);
  assert.throws(() => esm.attachViewerContext(client, { secret: 'secret-one' }), /already attached to this client/);
  const error = await client.get('/', { viewerContext: { userId: 0 } }).catch((reason) => reason);
  assert.ok(isViewerContextError(error) && esm.isViewerContextError(error));
}

main().then(() => console.log('ok'));
