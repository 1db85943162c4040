/** jest and axios-mock-adapter: checks what the code under test sends, as the receiver would. */
import axios from 'axios';
import MockAdapter from 'axios-mock-adapter';
import { attachViewerContext, type ViewerContext } from 'axios-viewer-context';
import { verifyViewerContext } from 'axios-viewer-context/protocol';

const client = axios.create({ baseURL: 'https://models.internal' });
attachViewerContext(client, { secret: 'test-secret' });

/** The code under test. */
async function listModels(viewerContext: ViewerContext): Promise<unknown> {
  const { data } = await client.get<unknown>('/v1/models', { viewerContext });
  return data;
}

describe('listModels', () => {
  const mock = new MockAdapter(client, { onNoMatch: 'throwException' });
  beforeEach(() => {
    mock.reset();
  });

  it('sends the request on behalf of the user', async () => {
    mock.onGet('/v1/models').reply(200, ['a model']);

    expect(await listModels({ organizationId: 42, userId: 7 })).toEqual(['a model']);

    const [sent] = mock.history.get;
    expect(verifyViewerContext(sent?.headers ?? {}, { secrets: ['test-secret'] })).toEqual({
      organizationId: 42,
      userId: 7,
    });
  });

  it('responds to each viewer differently', async () => {
    // One handler that verifies, not a handler for each viewer, because axios-mock-adapter treats two objectContaining
    // matchers as the same handler, and the later handler replaces the earlier handler.
    mock.onGet('/v1/models').reply(({ headers }) => {
      const viewer = verifyViewerContext(headers ?? {}, { secrets: ['test-secret'] });
      return [200, [`a model of user ${String(viewer?.userId)}`]];
    });

    expect(await listModels({ userId: 2 })).toEqual(['a model of user 2']);
    expect(await listModels({ userId: 1 })).toEqual(['a model of user 1']);
  });

  it('sends nothing for an invalid viewer', async () => {
    await expect(listModels({ userId: 'seven' })).rejects.toMatchObject({ code: 'ERR_INVALID_VIEWER_CONTEXT' });
    expect(mock.history.get).toHaveLength(0);
  });
});
