// An ES module consumer of the installed package.
import assert from 'node:assert';
import axios from 'axios';
import { attachViewerContext, createSeerClient } from 'axios-viewer-context';
import { verifyViewerContext } from 'axios-viewer-context/protocol';

const adapter = (config) =>
  Promise.resolve({ data: config.headers.toJSON(), status: 200, statusText: '', headers: {}, config });
const client = axios.create({ adapter });
attachViewerContext(client, { secret: 'secret-one' });
const { data } = await client.get('/', { viewerContext: { organizationId: 1, userId: 2 } });
assert.deepEqual({ ...verifyViewerContext(data, { secrets: ['secret-one'] }) }, { organizationId: 1, userId: 2 });
const seer = await createSeerClient({ adapter, secret: 'secret-one' }).get('/');
assert.match(seer.data.Authorization, /^Rpcsignature rpc0:7bb95bbc/);
console.log('ok');
