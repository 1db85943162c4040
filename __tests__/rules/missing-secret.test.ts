import { attachedClient, withLaterInterceptor } from '../support/clients.js';
import { normalForm } from '../support/format.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, SECRET } from '../support/receiver.js';
import { refusal } from '../support/rejection.js';
import { useServers } from '../support/server.js';

describeNegativeControl();

describe('without a secret', () => {
  const { server } = useServers();
  const defaults = () => ({ baseURL: server.origin });
  const viewerContext = { organizationId: 471147, userId: 471248 };
  const established = { organization_id: 471147, user_id: 471248 };
  const forged = {
    'X-Viewer-Context': 'forged',
    x_viewer_context_signature: 'forged',
    Authorization: 'Bearer mine',
  };
  const receivedViewers = () => server.received.map((request) => establishViewer(request));
  const noViewers = (count: number) => Array.from({ length: count }, () => 'no viewer');

  describe.each<[string, undefined | '' | (() => undefined | '' | Promise<undefined | ''>)]>([
    ['undefined', undefined],
    ['an empty string', ''],
    ['a function that returns undefined', () => undefined],
    ['a function that returns an empty string', () => ''],
    ['a function that resolves to undefined', () => Promise.resolve(undefined)],
    ['a function that resolves to an empty string', () => Promise.resolve('')],
  ])('%s', (_name, secret) => {
    const warn = jest.fn();
    const options = { secret, logger: { warn } };
    beforeEach(() => warn.mockClear());

    it("nothing is signed, the plugin's headers are removed, others stay, and it warns once", async () => {
      const client = attachedClient(defaults(), options);
      expect(warn).not.toHaveBeenCalled();
      const { config } = await client.get('/', { viewerContext, headers: forged });
      for (let n = 0; n < 3; n += 1) await client.get('/', { viewerContext });
      await client.request(config);
      expect(receivedViewers()).toEqual(noViewers(5));
      expect(server.received[0]?.rawHeaders.join()).not.toMatch(/viewer|forged/i);
      expect(server.received[0]?.headers.authorization).toBe('Bearer mine');
      expect(warn).toHaveBeenCalledTimes(1);
      expect(config.viewerContext).toStrictEqual(normalForm(viewerContext));
    });

    it('the warning is one line that says what is missing, without an id', async () => {
      await attachedClient(defaults(), options).get('/', { viewerContext });
      expect(warn.mock.calls).toEqual([[expect.stringMatching(/^axios-viewer-context: .*secret.*$/)]]);
      expect(warn).not.toHaveBeenCalledWith(expect.stringMatching(/471147|471248/));
    });

    it('a request without a viewer does not warn', async () => {
      const client = attachedClient(defaults(), options);
      for (const none of [null, undefined, {}]) await client.get('/', { viewerContext: none, headers: forged });
      expect(receivedViewers()).toEqual(noViewers(3));
      expect(warn).not.toHaveBeenCalled();
    });

    it('a default viewer warns too', async () => {
      await attachedClient(defaults(), { ...options, defaultViewerContext: viewerContext }).get('/');
      expect(receivedViewers()).toEqual(noViewers(1));
      expect(warn).toHaveBeenCalledTimes(1);
    });

    it('the context is validated all the same', async () => {
      const client = attachedClient(defaults(), options);
      await refusal(client.get('/', { viewerContext: { userId: 0 } }), 'ERR_INVALID_VIEWER_CONTEXT');
      withLaterInterceptor(client, (config) => ({ ...config, viewerContext: { userId: 0 } }));
      await refusal(client.get('/', { viewerContext }), 'ERR_INVALID_VIEWER_CONTEXT');
      expect(server.received).toHaveLength(0);
      expect(warn).not.toHaveBeenCalled();
    });

    it("onMissingSecret: 'throw' refuses every request with a viewer, and only those", async () => {
      const client = attachedClient(defaults(), { ...options, onMissingSecret: 'throw' });
      for (let n = 0; n < 3; n += 1) await refusal(client.get('/', { viewerContext }), 'ERR_MISSING_SECRET');
      expect(server.received).toHaveLength(0);
      await client.get('/');
      await client.get('/', { viewerContext: null });
      expect(receivedViewers()).toEqual(noViewers(2));
      const { message } = await refusal(client.get('/', { viewerContext }), 'ERR_MISSING_SECRET');
      expect(message).toContain('secret');
      expect(message).not.toMatch(/471147|471248/);
      expect(warn).not.toHaveBeenCalled();
    });
  });

  it('it warns again each time the secret is lost after there was one', async () => {
    const warn = jest.fn();
    const secrets: (string | undefined)[] = [];
    const client = attachedClient(defaults(), { secret: () => secrets.shift(), logger: { warn } });
    const warnings = async (...next: (string | undefined)[]): Promise<number> => {
      secrets.push(...next);
      for (const secret of next) {
        await client.get('/', { viewerContext });
        expect(establishViewer(server.last())).toEqual(secret ? established : 'no viewer');
      }
      return warn.mock.calls.length;
    };
    expect(await warnings(SECRET, SECRET)).toBe(0);
    expect(await warnings(undefined, '', undefined)).toBe(1);
    expect(await warnings(SECRET)).toBe(1);
    expect(await warnings(undefined, undefined)).toBe(2);
    expect(await warnings(SECRET, undefined, SECRET, undefined)).toBe(4);
  });

  it('a request without a viewer, in between, brings no warning back', async () => {
    const warn = jest.fn();
    const client = attachedClient(defaults(), { secret: () => undefined, logger: { warn } });
    for (const given of [viewerContext, null, viewerContext]) await client.get('/', { viewerContext: given });
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('warnings go to the console by default, once for each client', async () => {
    const warn = jest.spyOn(console, 'warn').mockReturnValue();
    try {
      for (const logger of [undefined, undefined]) {
        const client = attachedClient(defaults(), { secret: '', logger });
        await client.get('/', { viewerContext });
        await client.get('/', { viewerContext });
      }
      await attachedClient(defaults(), { secret: '' }).get('/', { viewerContext });
      expect(warn).toHaveBeenCalledTimes(3);
      expect(warn).toHaveBeenCalledWith(expect.stringContaining('axios-viewer-context'));
    } finally {
      warn.mockRestore();
    }
  });

  it('a logger keeps its this', async () => {
    class Log {
      readonly lines: string[] = [];
      warn(line: string): void {
        this.lines.push(line);
      }
    }
    const logger = new Log();
    await attachedClient(defaults(), { secret: '', logger }).get('/', { viewerContext });
    expect(logger.lines).toHaveLength(1);
  });

  it("onMissingSecret: 'warn' is the default", async () => {
    const warn = jest.fn();
    for (const onMissingSecret of ['warn', undefined] as const) {
      await attachedClient(defaults(), { secret: '', logger: { warn }, onMissingSecret }).get('/', { viewerContext });
    }
    expect(receivedViewers()).toEqual(noViewers(2));
    expect(warn).toHaveBeenCalledTimes(2);
  });
});
