import type { AxiosInstance, InternalAxiosRequestConfig } from 'axios';
import type { DefaultViewerContext, ViewerContext } from 'axios-viewer-context';
import { attachedClient, seerClient, withLaterInterceptor } from '../support/clients.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, SECRET } from '../support/receiver.js';
import { refusal } from '../support/rejection.js';
import { useServers } from '../support/server.js';

describeNegativeControl();

type Given = ViewerContext | null | undefined;
type Default = DefaultViewerContext | (() => DefaultViewerContext | Promise<DefaultViewerContext>);

/** Request, default: neither names a viewer. */
const NAMES_NO_VIEWER: [string, Given, Default][] = [
  ['undefined', undefined, undefined],
  ['an empty context', {}, undefined],
  ['a context whose id is undefined', { organizationId: undefined }, undefined],
  ['a context whose ids are null', { organizationId: null, userId: null }, undefined],
  ['an empty context with a default', {}, { userId: 9 }],
  ['a static default without an id', undefined, { organizationId: undefined }],
  ['a default function that returns undefined', undefined, () => undefined],
  ['a default function that returns an empty context', undefined, () => ({})],
  ['a default function that resolves to undefined', undefined, () => Promise.resolve(undefined)],
];

/** Request, default: one of them states that there is no viewer. */
const SAYS_NO_VIEWER: [string, Given, Default][] = [
  ['null in the request', null, undefined],
  ['null in the request, with a default', null, { userId: 9 }],
  ['null as the default', undefined, null],
  ['a default function that returns null', undefined, () => null],
  ['a default function that resolves to null', undefined, () => Promise.resolve(null)],
];

describe('a request that sets no viewer', () => {
  const { server } = useServers();
  const defaults = () => ({ baseURL: server.origin });
  const viewerContext = { organizationId: 1, userId: 2 };
  const established = { organization_id: 1, user_id: 2 };

  describe.each([
    ['with a secret', SECRET],
    ['with a secret function', () => SECRET],
    ['without a secret', ''],
  ])('%s', (_kind, secret) => {
    const warn = jest.fn();
    const strictClient = (defaultViewerContext?: Default): AxiosInstance =>
      attachedClient(defaults(), { secret, defaultViewerContext, onMissingViewerContext: 'throw', logger: { warn } });
    beforeEach(() => warn.mockClear());

    it.each(NAMES_NO_VIEWER)("onMissingViewerContext: 'throw' refuses %s", async (_name, given, defaultContext) => {
      const client = strictClient(defaultContext);
      await refusal(client.get('/', { viewerContext: given }), 'ERR_MISSING_VIEWER_CONTEXT');
      await refusal(client.get('/', { viewerContext: given }), 'ERR_MISSING_VIEWER_CONTEXT');
      expect(server.received).toHaveLength(0);
      expect(warn).not.toHaveBeenCalled();
    });

    it.each(SAYS_NO_VIEWER)("onMissingViewerContext: 'throw' lets %s pass", async (_name, given, defaultContext) => {
      const client = strictClient(defaultContext);
      const { config } = await client.get('/', { viewerContext: given });
      expect(config.viewerContext).toBeNull();
      await client.request(config);
      expect(server.received.map((request) => establishViewer(request))).toEqual(['no viewer', 'no viewer']);
    });

    it.each([...NAMES_NO_VIEWER, ...SAYS_NO_VIEWER])(
      "onMissingViewerContext: 'send', and none, send without a viewer: %s",
      async (_name, given, defaultViewerContext) => {
        for (const option of [{ onMissingViewerContext: 'send' as const }, { onMissingViewerContext: undefined }, {}]) {
          const client = attachedClient(defaults(), { secret, defaultViewerContext, ...option });
          const { config } = await client.get('/', { viewerContext: given });
          expect(establishViewer(server.last())).toBe('no viewer');
          expect(config.viewerContext).toBeNull();
        }
        expect(server.received).toHaveLength(3);
      },
    );

    it('a refused config that is sent again through the same client is refused again', async () => {
      for (const [, given, defaultContext] of NAMES_NO_VIEWER) {
        const configs: InternalAxiosRequestConfig[] = [];
        const client = withLaterInterceptor(strictClient(defaultContext), (config) => {
          configs.push(config);
          return config;
        });
        await refusal(client.get('/', { viewerContext: given }), 'ERR_MISSING_VIEWER_CONTEXT');
        await refusal(client.request(configs[0]!), 'ERR_MISSING_VIEWER_CONTEXT');
        await refusal(client.request({ ...configs[1]! }), 'ERR_MISSING_VIEWER_CONTEXT');
        expect(configs).toHaveLength(3);
      }
      expect(server.received).toHaveLength(0);
    });

    it.each<[string, Given]>([
      ['undefined', undefined],
      ['an empty context', {}],
    ])('the final config counts: a viewer that a later interceptor replaces by %s', async (_name, later) => {
      for (const [given, defaultContext] of [
        [viewerContext, undefined],
        [undefined, viewerContext],
        [null, undefined],
      ] as const) {
        const client = withLaterInterceptor(strictClient(defaultContext), (config) => ({
          ...config,
          viewerContext: later,
        }));
        await refusal(client.get('/', { viewerContext: given }), 'ERR_MISSING_VIEWER_CONTEXT');
      }
      expect(server.received).toHaveLength(0);
    });

    it('the final config counts: a viewer that a later interceptor deletes', async () => {
      const client = withLaterInterceptor(strictClient(), (config) => {
        delete config.viewerContext;
        return config;
      });
      await refusal(client.get('/', { viewerContext }), 'ERR_MISSING_VIEWER_CONTEXT');
      expect(server.received).toHaveLength(0);
    });

    it('the final config counts: null from a later interceptor means no viewer', async () => {
      const client = withLaterInterceptor(strictClient(), (config) => ({ ...config, viewerContext: null }));
      for (const given of [undefined, {}, viewerContext]) await client.get('/', { viewerContext: given });
      expect(server.received.map((request) => establishViewer(request))).toEqual(
        Array.from({ length: 3 }, () => 'no viewer'),
      );
    });
  });

  const strict = { onMissingViewerContext: 'throw' } as const;

  it('the final config counts: a viewer that a later interceptor sets is signed', async () => {
    const client = withLaterInterceptor(attachedClient(defaults(), strict), (config) => ({ ...config, viewerContext }));
    for (const given of [undefined, {}, null]) {
      await client.get('/', { viewerContext: given });
      expect(establishViewer(server.last())).toEqual(established);
    }
    expect(server.received).toHaveLength(3);
  });

  it("'throw' leaves a request with a viewer alone, explicit or default", async () => {
    const client = attachedClient(defaults(), { ...strict, defaultViewerContext: { userId: 9 } });
    await client.get('/', { viewerContext });
    await client.get('/');
    expect(server.received.map((request) => establishViewer(request))).toEqual([established, { user_id: 9 }]);
  });

  it("'throw' finds a viewerContext that was passed as the body", async () => {
    const client = attachedClient(defaults(), strict);
    const { message } = await refusal(client.post('/', { viewerContext }), 'ERR_MISSING_VIEWER_CONTEXT');
    expect(message).toContain('third argument');
    expect(message).toContain('null');
    expect(server.received).toHaveLength(0);
    await client.post('/', { a: 1 }, { viewerContext });
    expect(establishViewer(server.last())).toEqual(established);
  });

  it("'throw' takes precedence over a missing secret, which would be refused too", async () => {
    const client = attachedClient(defaults(), { ...strict, secret: '', onMissingSecret: 'throw' });
    await refusal(client.get('/'), 'ERR_MISSING_VIEWER_CONTEXT');
    await refusal(client.get('/', { viewerContext }), 'ERR_MISSING_SECRET');
    expect(server.received).toHaveLength(0);
  });

  it("'throw' applies to the Seer client, with and without a secret", async () => {
    for (const secret of [SECRET, () => SECRET, '']) {
      const seer = seerClient('http', server.origin, { ...strict, secret });
      await refusal(seer.post('/', { a: 1 }), 'ERR_MISSING_VIEWER_CONTEXT');
      await refusal(seer.post('/', { viewerContext }), 'ERR_MISSING_VIEWER_CONTEXT');
    }
    expect(server.received).toHaveLength(0);
    await seerClient('http', server.origin, strict).post('/', { a: 1 }, { viewerContext: null });
    expect(establishViewer(server.last())).toBe('no viewer');
  });
});
