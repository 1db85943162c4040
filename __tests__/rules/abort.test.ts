import { getEventListeners } from 'node:events';
import axios, { type AxiosInstance, type AxiosRequestConfig, type InternalAxiosRequestConfig } from 'axios';
import { isViewerContextError, type ViewerContext } from 'axios-viewer-context';
import { ADAPTERS, attachedClient, seerClient, withLaterInterceptor } from '../support/clients.js';
import { vault } from '../support/deferred.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, isBodySigned, SECRET } from '../support/receiver.js';
import { polluted } from '../support/pollution.js';
import { refusal, rejected } from '../support/rejection.js';
import { useServers } from '../support/server.js';

describeNegativeControl();

/** A way to abort a request, and how many listeners wait for it. */
interface Way {
  readonly config: AxiosRequestConfig;
  readonly abort: () => void;
  readonly listeners: () => number;
}

const WAYS: [string, () => Way][] = [
  [
    'signal',
    () => {
      const controller = new AbortController();
      const { signal } = controller;
      return {
        config: { signal },
        abort: () => {
          controller.abort();
        },
        listeners: () => getEventListeners(signal, 'abort').length,
      };
    },
  ],
  [
    'cancelToken',
    () => {
      const { token, cancel } = axios.CancelToken.source();
      return {
        config: { cancelToken: token },
        abort: () => {
          cancel();
        },
        listeners: () => (token as unknown as { _listeners?: unknown[] | null })._listeners?.length ?? 0,
      };
    },
  ],
];

describe.each(ADAPTERS)('a request that is aborted, over the %s adapter', (adapter) => {
  const { server } = useServers();
  const defaults = () => ({ adapter, baseURL: server.origin });
  const viewerContext = { organizationId: 1, userId: 2 };
  const established = { organization_id: 1, user_id: 2 };

  /** A client that waits for the application, a request that makes it wait, what it waits for, and its error. */
  const WAITS = [
    [
      'the secret',
      (ask: () => Promise<unknown>) => attachedClient(defaults(), { secret: ask as () => Promise<string> }),
      { viewerContext },
      SECRET,
      'ERR_INVALID_SECRET',
    ],
    [
      'the default viewer',
      (ask: () => Promise<unknown>) =>
        attachedClient(defaults(), { defaultViewerContext: ask as () => Promise<ViewerContext> }),
      {},
      viewerContext,
      'ERR_INVALID_VIEWER_CONTEXT',
    ],
    [
      'the default viewer, with a secret function',
      (ask: () => Promise<unknown>) =>
        attachedClient(defaults(), { secret: () => SECRET, defaultViewerContext: ask as () => Promise<ViewerContext> }),
      {},
      viewerContext,
      'ERR_INVALID_VIEWER_CONTEXT',
    ],
    [
      "the Seer client's secret, for the body",
      (ask: () => Promise<unknown>): AxiosInstance =>
        seerClient(adapter, server.origin, { secret: ask as () => Promise<string> }),
      { viewerContext: null },
      SECRET,
      'ERR_INVALID_SECRET',
    ],
  ] as const;

  describe.each(WAYS)('by its %s', (_way, createWay) => {
    describe.each(WAITS)('that waits for %s', (_wait, createClient, request, value, code) => {
      it('is canceled immediately, even if nothing is ever returned, and no listener is left', async () => {
        const { ask, called } = vault<unknown>();
        const { config, abort, listeners } = createWay();
        const sent = createClient(ask).get('/', { ...request, ...config });
        await called;
        expect(listeners()).toBe(1);
        abort();
        expect(axios.isCancel(await rejected(sent))).toBe(true);
        expect(listeners()).toBe(0);
        expect(server.received).toHaveLength(0);
      });

      it('is canceled though it was aborted before it began', async () => {
        const { ask } = vault<unknown>();
        const { config, abort, listeners } = createWay();
        abort();
        expect(axios.isCancel(await rejected(createClient(ask).get('/', { ...request, ...config })))).toBe(true);
        expect(listeners()).toBe(0);
        expect(server.received).toHaveLength(0);
      });

      it('is refused where a later interceptor takes the signal away', async () => {
        for (const isAbortedBefore of [true, false]) {
          const { ask, called } = vault<unknown>();
          const { config, abort } = createWay();
          const client = withLaterInterceptor(createClient(ask), (prepared) => {
            delete prepared.signal;
            delete prepared.cancelToken;
            return prepared;
          });
          if (isAbortedBefore) abort();
          const sent = client.get('/', { ...request, ...config });
          if (!isAbortedBefore) await called.then(abort);
          const error = await refusal(sent, code);
          expect(error.cause).toBeInstanceOf(Error);
        }
        expect(server.received).toHaveLength(0);
      });

      it('a result or a failure that comes after the abort is neither used nor unhandled', async () => {
        for (const settle of ['resolve', 'reject'] as const) {
          for (const isAbortedBefore of [true, false]) {
            const { ask, called, answer } = vault<unknown>();
            const { config, abort } = createWay();
            if (isAbortedBefore) abort();
            const sent = createClient(ask).get('/', { ...request, ...config });
            const error = rejected(sent);
            if (!isAbortedBefore) await called.then(abort);
            expect(axios.isCancel(await error)).toBe(true);
            answer[settle](settle === 'resolve' ? value : new Error('too late'));
            await new Promise(setImmediate); // jest fails a test that leaves a rejection unhandled
          }
        }
        expect(server.received).toHaveLength(0);
      });

      it('a request that is not aborted is sent, and has no listener left when the wait is over', async () => {
        const { ask, called, answer } = vault<unknown>();
        const { config, listeners } = createWay();
        const left: number[] = [];
        const client = withLaterInterceptor(createClient(ask), (prepared: InternalAxiosRequestConfig) => {
          left.push(listeners());
          return prepared;
        });
        const sent = client.get('/', { ...request, ...config });
        await called;
        answer.resolve(value);
        await sent;
        expect(left).toEqual([0]);
        const expected = 'viewerContext' in request && request.viewerContext === null ? 'no viewer' : established;
        expect(establishViewer(server.last())).toEqual(expected);
        expect(server.last().headers.authorization !== undefined).toBe(isBodySigned(server.last()));
      });

      it('a wait that fails leaves no listener either', async () => {
        const { ask, called, answer } = vault<unknown>();
        const { config, listeners } = createWay();
        const sent = createClient(ask).get('/', { ...request, ...config });
        await called;
        const reason = new Error('sealed');
        answer.reject(reason);
        expect((await refusal(sent, code)).cause).toBe(reason);
        expect(listeners()).toBe(0);
        expect(server.received).toHaveLength(0);
      });
    });

    it('many waiting requests that share it are all canceled', async () => {
      const { ask, called } = vault<string>();
      const { config, abort, listeners } = createWay();
      const client = attachedClient(defaults(), { secret: ask });
      const sent = Array.from({ length: 5 }, () => rejected(client.get('/', { viewerContext, ...config })));
      await called;
      abort();
      for (const error of await Promise.all(sent)) expect(axios.isCancel(error)).toBe(true);
      expect(listeners()).toBe(0);
      expect(server.received).toHaveLength(0);
    });
  });

  it('both at once: either one aborts', async () => {
    for (const chosen of [0, 1]) {
      const ways = WAYS.map(([, createWay]) => createWay());
      const { ask, called } = vault<string>();
      const config = Object.assign({ viewerContext }, ...ways.map((way) => way.config)) as AxiosRequestConfig;
      const sent = attachedClient(defaults(), { secret: ask }).get('/', config);
      await called;
      ways[chosen]!.abort();
      const error = await rejected(sent);
      expect(axios.isCancel(error)).toBe(true);
      expect(isViewerContextError(error)).toBe(false);
      expect(ways.map((way) => way.listeners())).toEqual([0, 0]);
    }
    expect(server.received).toHaveLength(0);
  });

  it.each(['signal', 'cancelToken'])('H14: a polluted Object.prototype.%s is ignored', async (name) => {
    const { ask, called, answer } = vault<string>();
    const sent = polluted(name, {}, async () => {
      const request = attachedClient(defaults(), { secret: ask }).get('/', { viewerContext });
      void called.then(() => {
        answer.reject(new Error('sealed'));
      });
      // Newer versions refuse with our error. Older ones trip over the key themselves.
      expect(await rejected(request)).toBeInstanceOf(Error);
    });
    await sent;
    await new Promise(setImmediate); // an unhandled rejection would fail this test
    expect(server.received).toHaveLength(0);
  });
});
