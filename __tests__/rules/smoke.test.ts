import { ADAPTERS, attachedClient } from '../support/clients.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer } from '../support/receiver.js';
import { useServers } from '../support/server.js';

describeNegativeControl();

describe.each(ADAPTERS)('smoke, over the %s adapter', (adapter) => {
  const { server } = useServers();
  it('sends', async () => {
    await attachedClient({ adapter, baseURL: server.origin }).get('/', { viewerContext: { userId: 2 } });
    expect(establishViewer(server.last())).toEqual({ user_id: 2 });
  });
});
