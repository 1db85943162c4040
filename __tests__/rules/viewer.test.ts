import { inspect } from 'node:util';
import { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import type { Viewer, ViewerContext } from 'axios-viewer-context';
import answers from '../vectors/known-answers.json';
import { FEATURES } from '../support/axios-features.js';
import { attachedClient, withLaterInterceptor } from '../support/clients.js';
import { normalForm } from '../support/format.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, SECRET } from '../support/receiver.js';
import { refusal, rejected } from '../support/rejection.js';
import { startServer, useServers } from '../support/server.js';
import { base64url } from '../support/tokens.js';

describeNegativeControl();

describe('the viewer that a request sets', () => {
  const { server, foreign } = useServers();
  const defaults = () => ({ baseURL: server.origin });
  const viewerContext = { organizationId: 1, userId: 2 };
  const established = { organization_id: 1, user_id: 2 };

  it('is sent as the known pair, byte for byte', async () => {
    await attachedClient(defaults(), { format: 'pair' }).get('/', { viewerContext: answers.viewer.context });
    const { headers } = server.last();
    expect(headers['x-viewer-context']).toBe('{"organization_id":1,"user_id":2}');
    expect(headers['x-viewer-context-signature']).toBe(
      '0fcce1276b18b09692e8abe64f8111705d9d4ee5cc9aadeab6bbd6fb4dcc529e',
    );
    expect(headers.authorization).toBeUndefined();
  });

  it('is sent as the known token, byte for byte', async () => {
    const { secret, issuedAt, header, signed } = answers.tokens;
    const now = jest.spyOn(Date, 'now').mockReturnValue(issuedAt * 1000 + 999);
    try {
      await attachedClient(defaults(), { format: 'jwt', secret }).get('/', { viewerContext: signed.context as object });
    } finally {
      now.mockRestore();
    }
    const { headers } = server.last();
    expect(headers['x-viewer-context']).toBe(`${header}.${base64url(signed.claims)}.${signed.signature}`);
    expect([headers['x-viewer-context-signature'], headers.authorization]).toEqual([undefined, undefined]);
  });

  it.each<[string, ViewerContext, string, Viewer]>([
    ['an organization', { organizationId: 42 }, '{"organization_id":42}', { organizationId: 42 }],
    ['a user', { userId: 7 }, '{"user_id":7}', { userId: 7 }],
    ['both, the user first', { userId: 2, organizationId: 1 }, '{"organization_id":1,"user_id":2}', viewerContext],
    ['null with an id', { organizationId: null, userId: 2 }, '{"user_id":2}', { userId: 2 }],
    ['decimal strings', { organizationId: '1', userId: '2' }, '{"organization_id":1,"user_id":2}', viewerContext],
    ['bigints', { organizationId: 1n, userId: 2n }, '{"organization_id":1,"user_id":2}', viewerContext],
    [
      'the largest ids',
      { organizationId: '9007199254740991', userId: 9007199254740991n },
      '{"organization_id":9007199254740991,"user_id":9007199254740991}',
      { organizationId: 9007199254740991, userId: 9007199254740991 },
    ],
    [
      'an object without a prototype',
      Object.assign(Object.create(null) as object, { userId: 2 }),
      '{"user_id":2}',
      { userId: 2 },
    ],
  ])('H3, H13: %s', async (_name, given, payload, viewer) => {
    const { config } = await attachedClient(defaults()).get('/', { viewerContext: given });
    expect(establishViewer(server.last())).toEqual(JSON.parse(payload));
    expect(config.viewerContext).toStrictEqual(normalForm(viewer));
    await attachedClient(defaults(), { format: 'pair' }).get('/', { viewerContext: given });
    expect(server.last().headers['x-viewer-context']).toBe(payload);
  });

  it.each<[string, ViewerContext | null | undefined]>([
    ['null', null],
    ['undefined', undefined],
    ['an empty context', {}],
    ['a context of absent ids', { organizationId: undefined, userId: null }],
  ])('is no viewer for %s: neither header is sent, and the config says null', async (_name, given) => {
    const { config } = await attachedClient(defaults()).get('/', { viewerContext: given });
    expect(establishViewer(server.last())).toBe('no viewer');
    expect(config.viewerContext).toBeNull();
  });

  it('H1: replaces the default whole; undefined is the same as absent', async () => {
    const client = attachedClient(defaults(), { defaultViewerContext: { organizationId: 8, userId: 9 } });
    for (const given of [{ organizationId: 1 }, { userId: 2 }, {}, null, undefined]) {
      await client.get('/', { viewerContext: given });
    }
    expect(server.received.map((request) => establishViewer(request))).toEqual([
      { organization_id: 1 },
      { user_id: 2 },
      'no viewer',
      'no viewer',
      { organization_id: 8, user_id: 9 },
    ]);
  });

  it.each<[string, object | null]>([
    ['a context', { organizationId: 1, userId: 5 }],
    ['null', null],
  ])('H1: %s in client.defaults is refused, whatever the request says', async (_name, inDefaults) => {
    const client = attachedClient(defaults(), { defaultViewerContext: () => viewerContext });
    const unsigned = attachedClient(defaults(), { secret: '' });
    for (const { defaults } of [client, unsigned]) Object.assign(defaults, { viewerContext: inDefaults });
    for (const given of [{ organizationId: 2 }, null, undefined, {}]) {
      const error = await refusal(client.get('/', { viewerContext: given }), 'ERR_VIEWER_CONTEXT_IN_DEFAULTS');
      expect(error.message).toContain('defaultViewerContext');
      await refusal(unsigned.get('/', { viewerContext: given }), 'ERR_VIEWER_CONTEXT_IN_DEFAULTS');
    }
    await refusal(client.get('/'), 'ERR_VIEWER_CONTEXT_IN_DEFAULTS');
    await refusal(client.get(foreign.origin), 'ERR_VIEWER_CONTEXT_IN_DEFAULTS');
    expect([...server.received, ...foreign.received]).toHaveLength(0);
    Reflect.deleteProperty(client.defaults, 'viewerContext');
    await client.get('/', { viewerContext: { organizationId: 2 } });
    expect(establishViewer(server.last())).toEqual({ organization_id: 2 });
  });

  it.each(['__proto__', 'constructor', 'prototype'])('ids in its own key %s never count', async (key) => {
    const given = JSON.parse(`{"organizationId":1,"${key}":{"organizationId":3,"userId":3}}`) as object;
    const request = attachedClient(defaults()).get('/', { viewerContext: given });
    if (FEATURES.dropsPrototypeKeys) {
      await request;
      expect(establishViewer(server.last())).toEqual({ organization_id: 1 });
    } else {
      await refusal(request, 'ERR_INVALID_VIEWER_CONTEXT');
      expect(server.received).toHaveLength(0);
    }
  });

  describe('an invalid one is refused before anything is sent', () => {
    afterEach(() => {
      expect(server.received).toHaveLength(0);
    });

    it.each<[string, unknown]>([
      ['a negative id', { organizationId: -471147 }],
      ['an id with a space', { userId: '471147 ' }],
      ['an id with a leading zero', { userId: '0471147' }],
      ['an id that breaks out of the JSON', { organizationId: '471147,"user_id":2' }],
      ['an id beyond 2^53 - 1', { userId: 4711470000000000000000n }],
      ['a list of ids', { userId: [471147] }],
      ['an unknown key', { userId: 471147, role: 471147 }],
      ['an unknown key that holds an id', { userId: 2, 'org-471147': 1 }],
      ['the keys of the wire', { organization_id: 471147 }],
      ['text', '471147'],
      ['a number', 471147],
      ['a list', [471147]],
      [
        'a class instance',
        new (class Account {
          userId = 471147;
        })(),
      ],
      ['inherited ids', Object.create({ userId: 471147 })],
    ])('%s, and the error shows no id', async (_name, given) => {
      for (const secret of [SECRET, '']) {
        const client = attachedClient(defaults(), { secret, logger: { warn: () => undefined } });
        const error = await refusal(client.get('/', { viewerContext: given as object }), 'ERR_INVALID_VIEWER_CONTEXT');
        expect(error.message).toContain('viewerContext');
        expect(`${error.message} ${JSON.stringify(error)} ${inspect(error)}`).not.toContain('471147');
      }
    });

    it('a bad id with a key that axios drops', async () => {
      const given = JSON.parse('{"userId":0,"constructor":{}}') as object;
      await refusal(attachedClient(defaults()).get('/', { viewerContext: given }), 'ERR_INVALID_VIEWER_CONTEXT');
    });

    it('an unknown key: the message lists the allowed ones', async () => {
      const given = { user_id: 2 } as object;
      const { message } = await refusal(
        attachedClient(defaults()).get('/', { viewerContext: given }),
        'ERR_INVALID_VIEWER_CONTEXT',
      );
      expect(message).toContain('organizationId');
      expect(message).toContain('userId');
    });

    it('a bad id: the message names its key', async () => {
      const request = attachedClient(defaults()).get('/', { viewerContext: { organizationId: 1, userId: 0 } });
      expect((await refusal(request, 'ERR_INVALID_VIEWER_CONTEXT')).message).toContain('viewerContext.userId ');
    });

    it('one that a later interceptor deletes: it must not pass as "no viewer"', async () => {
      const deleteIt = <Config extends object>(config: Config): Config =>
        Object.assign(config, { viewerContext: undefined });
      const client = withLaterInterceptor(attachedClient(defaults()), deleteIt);
      await refusal(client.get('/', { viewerContext: { userId: 0 } }), 'ERR_INVALID_VIEWER_CONTEXT');
    });

    it('one that a later interceptor puts there', async () => {
      const client = withLaterInterceptor(attachedClient(defaults()), (config) => ({
        ...config,
        viewerContext: { userId: '02' },
      }));
      await refusal(client.get('/', { viewerContext }), 'ERR_INVALID_VIEWER_CONTEXT');
      await refusal(client.get('/'), 'ERR_INVALID_VIEWER_CONTEXT');
    });
  });

  describe('on the config', () => {
    it('a later interceptor and response.config hold a frozen plain object with every key', async () => {
      const seen: unknown[] = [];
      const client = withLaterInterceptor(attachedClient(defaults()), (config) => {
        seen.push(config.viewerContext);
        return config;
      });
      const { config } = await client.get('/', { viewerContext: { organizationId: '1' } });
      for (const viewer of [seen[0], config.viewerContext] as object[]) {
        expect(viewer).toStrictEqual(normalForm({ organizationId: 1 }));
        expect(Object.isFrozen(viewer)).toBe(true);
        expect(Object.getPrototypeOf(viewer)).toBe(Object.prototype);
        expect(String(viewer)).toBe('[object Object]'); // eslint-disable-line @typescript-eslint/no-base-to-string -- it must not throw
      }
      expect(seen).toHaveLength(1);
    });

    it('what a later interceptor puts there is signed, and written back normalized', async () => {
      const client = withLaterInterceptor(attachedClient(defaults()), (config) => ({
        ...config,
        viewerContext: { organizationId: 3n },
      }));
      for (const given of [viewerContext, null, undefined, { userId: -1 }]) {
        const { config } = await client.get('/', { viewerContext: given });
        expect(establishViewer(server.last())).toEqual({ organization_id: 3 });
        expect(config.viewerContext).toStrictEqual(normalForm({ organizationId: 3 }));
        expect(Object.isFrozen(config.viewerContext)).toBe(true);
      }
    });

    it.each<[string, ViewerContext | null | undefined]>([
      ['null', null],
      ['undefined', undefined],
      ['an empty context', {}],
    ])('a later interceptor that puts %s there leaves no viewer', async (_name, later) => {
      const client = withLaterInterceptor(attachedClient(defaults()), (config) => ({
        ...config,
        viewerContext: later,
      }));
      const { config } = await client.get('/', { viewerContext });
      expect(establishViewer(server.last())).toBe('no viewer');
      expect(config.viewerContext).toBeNull();
    });

    it('an invalid one that a later interceptor replaces by null is corrected: no viewer', async () => {
      const remove = <Config extends object>(config: Config): Config => Object.assign(config, { viewerContext: null });
      const client = withLaterInterceptor(attachedClient(defaults()), remove);
      await client.get('/', { viewerContext: { userId: 0 } });
      expect(establishViewer(server.last())).toBe('no viewer');
    });

    it('an invalid one that a later interceptor corrects is fine, with a secret function too', async () => {
      for (const secret of [SECRET, () => SECRET]) {
        const client = withLaterInterceptor(attachedClient(defaults(), { secret }), (config) => ({
          ...config,
          viewerContext: { userId: Number((config.viewerContext as { userId: string }).userId) },
        }));
        await client.get('/', { viewerContext: { userId: ' 7' } });
        expect(establishViewer(server.last())).toEqual({ user_id: 7 });
      }
    });

    it("the caller's later changes to the object have no effect", async () => {
      const given = { organizationId: 1, userId: 2 };
      const change = (): string => {
        Object.assign(given, { organizationId: 5, userId: 6 });
        return SECRET;
      };
      const client = withLaterInterceptor(attachedClient(defaults(), { secret: change }), (config) => {
        change();
        return config;
      });
      // axios copies what the request config holds, but not what an interceptor puts there.
      client.interceptors.request.use((config) => Object.assign(config, { viewerContext: given }));
      await client.get('/');
      expect(given).toEqual({ organizationId: 5, userId: 6 });
      expect(establishViewer(server.last())).toEqual(established);
    });

    it('H24: a later interceptor can copy the config, deeply too, and so can a retry', async () => {
      const copies: ((config: InternalAxiosRequestConfig) => InternalAxiosRequestConfig)[] = [
        (config) => ({ ...config }),
        (config) => ({
          ...config,
          viewerContext: { ...config.viewerContext },
          headers: new AxiosHeaders(config.headers),
        }),
        (config) => ({ ...config, viewerContext: JSON.parse(JSON.stringify(config.viewerContext)) as ViewerContext }),
      ];
      for (const copy of copies) {
        const client = withLaterInterceptor(attachedClient(defaults()), copy);
        const { config } = await client.post('/', { a: 1 }, { viewerContext });
        expect(establishViewer(server.last())).toEqual(established);
        await client.request(copy(config));
        expect(establishViewer(server.last())).toEqual(established);
      }
      expect(server.received).toHaveLength(6);
    });

    it('H13: a bigint, put there early or late, does not make an error unprintable', async () => {
      await using failing = await startServer((_request, response) => response.writeHead(500).end());
      const early = attachedClient({ baseURL: failing.origin });
      const late = withLaterInterceptor(attachedClient({ baseURL: failing.origin }), (config) => ({
        ...config,
        viewerContext: { userId: 7n },
      }));
      for (const client of [early, late]) {
        const error = await rejected(client.get('/', { viewerContext: { userId: 7n } }));
        expect(error.response?.status).toBe(500);
        expect(JSON.stringify(error)).toContain('"config"');
        expect(error.config?.viewerContext).toStrictEqual(normalForm({ userId: 7 }));
      }
    });
  });
});
