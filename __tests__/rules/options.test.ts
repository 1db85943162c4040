import axios from 'axios';
import { attachViewerContext, createSeerClient, type ViewerContextOptions } from 'axios-viewer-context';
import { OPTION_NAMES } from '../../src/settings.js';
import { coded } from '../support/coded.js';
import { attachedClient } from '../support/clients.js';
import { FORMAT } from '../support/format.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { polluted } from '../support/pollution.js';
import { establishViewer, SECRET } from '../support/receiver.js';
import { refusal } from '../support/rejection.js';
import { useServers } from '../support/server.js';

describeNegativeControl();

const secret = SECRET;
const attaching = (options: unknown) => () =>
  attachViewerContext(axios.create({ baseURL: 'https://seer.internal' }), options as ViewerContextOptions);

const MALFORMED: [options: object, message: string][] = [
  [{ secret: null }, 'options.secret must be a string, bytes, a KeyObject or a function.'],
  [{ secret: 42 }, 'options.secret must be'],
  [{ secret: false }, 'options.secret must be'],
  [{ secret: {} }, 'options.secret must be'],
  [{ secret: ['secret-one'] }, 'options.secret must be'],
  [{ secret: Promise.resolve('secret-one') }, 'options.secret must be'],
  [
    { secret, defaultViewerContext: 'org 1' },
    'options.defaultViewerContext must be an object such as { organizationId, userId }, null or a function.',
  ],
  [{ secret, defaultViewerContext: 42 }, 'options.defaultViewerContext must be'],
  [{ secret, defaultViewerContext: false }, 'options.defaultViewerContext must be'],
  [{ secret, onMissingViewerContext: 'warn' }, "options.onMissingViewerContext must be 'send' or 'throw'."],
  [{ secret, onMissingViewerContext: null }, 'options.onMissingViewerContext must be'],
  [{ secret, onMissingViewerContext: true }, 'options.onMissingViewerContext must be'],
  [{ secret, allowedOrigins: 'https://seer.internal' }, 'options.allowedOrigins must be an array'],
  [{ secret, allowedOrigins: null }, 'options.allowedOrigins must be an array'],
  [{ secret, allowedOrigins: new Set(['https://seer.internal']) }, 'options.allowedOrigins must be an array'],
  [{ secret, onMissingSecret: 'ignore' }, "options.onMissingSecret must be 'warn' or 'throw'."],
  [{ secret, onMissingSecret: 'send' }, 'options.onMissingSecret must be'],
  [{ secret, onMissingSecret: null }, 'options.onMissingSecret must be'],
  [{ secret, format: 'JWT' }, "options.format must be 'pair' or 'jwt'."],
  [{ secret, format: null }, "options.format must be 'pair' or 'jwt'."],
  [{ secret, format: ['jwt'] }, "options.format must be 'pair' or 'jwt'."],
  [{ secret, format: 'toString' }, "options.format must be 'pair' or 'jwt'."],
  [{ secret, logger: null }, 'options.logger must be an object with warn(message).'],
  [{ secret, logger: {} }, 'options.logger must be'],
  [{ secret, logger: { warn: 'console' } }, 'options.logger must be'],
  [{ secret, logger: () => undefined }, 'options.logger must be'],
];

describe('a malformed option is a TypeError that names it', () => {
  it.each(MALFORMED)('%p', (options, message) => {
    expect(attaching(options)).toThrow(TypeError);
    expect(attaching(options)).toThrow(message);
  });

  it('there is a malformed value for every option', () => {
    const named = MALFORMED.map(([, message]) => /options\.(\w+)/.exec(message)![1]);
    expect([...new Set(named)].sort()).toEqual([...OPTION_NAMES].sort());
  });

  it.each([
    'seer.internal',
    'https://seer.internal/',
    'https://seer.internal/path',
    'https://seer.internal?a=1',
    'https://seer.internal#a',
    'https://user@seer.internal',
    'https://*.seer.internal',
    'https://seer.internal ',
    ' https://seer.internal',
    'https://seer\n.internal',
    'https:/seer.internal',
    'https:seer.internal',
    'https:\\\\seer.internal',
    '//seer.internal',
    'https://',
    'https://seer.internal:99999',
    'ftp://seer.internal',
    'foo://seer.internal',
    'null',
    '*',
    '',
    42,
    null,
    undefined,
    new URL('https://seer.internal'),
    ['https://seer.internal'],
  ])('an allowed origin: %p', (entry) => {
    const options = { secret, allowedOrigins: ['https://seer.internal', entry] };
    expect(attaching(options)).toThrow(TypeError);
    expect(attaching(options)).toThrow('options.allowedOrigins[1] must be an origin. Write http(s)://host[:port]');
  });

  it.each(['https://seer.internal', 'http://localhost:9091', 'HTTPS://SEER.INTERNAL', 'https://[::1]:8443'])(
    'control: not the valid allowed origin %p',
    (origin) => {
      expect(attaching({ secret, allowedOrigins: [origin] })).not.toThrow();
    },
  );
});

describe('the options as a whole', () => {
  it.each([undefined, null, 42, {}, Object.create({ secret }) as object, [], { secrets: undefined }])(
    'are refused without the key secret: %p',
    (options) => {
      expect(attaching(options)).toThrow(TypeError);
      expect(attaching(options)).toThrow(/^options\.secret(s is not an option| is missing)/);
    },
  );

  it('are refused as a bare secret, without quoting it', () => {
    expect(attaching(secret)).toThrow(TypeError);
    expect(attaching(secret)).not.toThrow(secret);
  });

  it.each(['allowedOrigin', 'Secret', 'onmissingsecret', 'toString', 'baseURL', 'signBody'])(
    'are refused with an unknown one, and the error lists the known ones: %s',
    (name) => {
      const options = { secret, [name]: undefined };
      expect(attaching(options)).toThrow(TypeError);
      expect(attaching(options)).toThrow(`options.${name} is not an option. The options are `);
      const known = 'secret format defaultViewerContext onMissingViewerContext allowedOrigins onMissingSecret logger';
      for (const knownName of known.split(' ')) expect(attaching(options)).toThrow(new RegExp(`are .*${knownName}`));
    },
  );

  it('can each be undefined, as if left out', () => {
    const options = {
      secret: undefined,
      format: undefined,
      defaultViewerContext: undefined,
      onMissingViewerContext: undefined,
      allowedOrigins: undefined,
      onMissingSecret: undefined,
      logger: undefined,
    };
    expect(attaching(options)).not.toThrow();
    expect(attaching({ ...options, secret: '' })).not.toThrow();
    expect(attaching({ ...options, secret: () => undefined })).not.toThrow();
  });

  it('can state each default explicitly', () => {
    const options = {
      secret,
      format: 'pair',
      onMissingViewerContext: 'send',
      onMissingSecret: 'warn',
      logger: console,
    };
    expect(attaching({ ...options, defaultViewerContext: null, allowedOrigins: [] })).not.toThrow();
  });

  it('a static secret is checked when attaching, and so is a static default', () => {
    expect(attaching({ secret: ' ' })).toThrow(coded('ERR_INVALID_SECRET'));
    for (const defaultViewerContext of [{ userId: 0 }, { org: 1 }, [], new Date()]) {
      expect(attaching({ secret, defaultViewerContext })).toThrow(
        coded('ERR_INVALID_VIEWER_CONTEXT', 'defaultViewerContext'),
      );
    }
  });
});

describe('options at work', () => {
  const { server } = useServers();

  it.each<[string, unknown]>([
    ['secret', 'secret-two'],
    ['defaultViewerContext', { userId: 5 }],
    ['onMissingViewerContext', 'throw'],
    ['allowedOrigins', ['http://127.0.0.1:1']],
    ['onMissingSecret', 'throw'],
    ['logger', {}],
    ['signBody', true],
    ['unknownOption', 1],
  ])('H14: an option on Object.prototype does not count: %s', async (property, value) => {
    await polluted(property, value, async () => {
      expect(attaching({})).toThrow('options.secret is missing');
      const client = attachedClient({ baseURL: server.origin });
      await client.get('/');
      expect(establishViewer(server.last())).toBe('no viewer');
      await client.get('/', { viewerContext: { organizationId: 1 } });
      expect(establishViewer(server.last())).toEqual({ organization_id: 1 });
      const warn = jest.fn();
      const keyless = attachedClient({ baseURL: server.origin }, { secret: undefined, logger: { warn } });
      await keyless.get('/', { viewerContext: { organizationId: 1 } });
      expect(establishViewer(server.last())).toBe('no viewer');
      expect(warn).toHaveBeenCalledTimes(1);
    });
    expect(server.received).toHaveLength(3);
  });

  it('H14: a format on Object.prototype does not count', async () => {
    for (const format of ['jwt', 'JWT']) {
      await polluted('format', format, async () => {
        const client = axios.create({ baseURL: server.origin });
        attachViewerContext(client, { secret });
        const seer = createSeerClient({ baseURL: server.origin, secret });
        for (const sender of [client, seer]) await sender.get('/', { viewerContext: { userId: 2 } });
      });
    }
    const established = server.received.map((request) => establishViewer(request, secret, 'pair'));
    expect(established).toEqual(Array(4).fill({ user_id: 2 }));
  });

  it.each([{}, { format: undefined }])('the format is a pair unless another is asked for: %p', async (options) => {
    const client = axios.create({ baseURL: server.origin });
    attachViewerContext(client, { secret, ...options });
    const seer = createSeerClient({ baseURL: server.origin, secret, ...options });
    for (const sender of [client, seer]) {
      await sender.get('/', { viewerContext: { userId: 2 } });
      expect(establishViewer(server.last(), secret, 'pair')).toEqual({ user_id: 2 });
    }
  });

  it('an option that the application changes after attaching has no effect', async () => {
    const allowedOrigins = [server.origin];
    const options: ViewerContextOptions = { secret, format: FORMAT, allowedOrigins };
    const client = axios.create({});
    attachViewerContext(client, options);
    allowedOrigins.length = 0;
    const format = FORMAT === 'jwt' ? 'pair' : 'jwt';
    Object.assign(options, { secret: 'secret-two', format, defaultViewerContext: { userId: 5 } });
    await client.get(`${server.origin}/`, { viewerContext: { userId: 2 } });
    expect(establishViewer(server.last())).toEqual({ user_id: 2 });
    await client.get(`${server.origin}/`);
    expect(establishViewer(server.last())).toBe('no viewer');
  });

  it.each([{ userId: 2 }, () => ({ userId: 2 })])(
    'a default viewer without a baseURL does not throw when attaching; its requests are refused: %p',
    async (defaultViewerContext) => {
      const client = attachedClient({}, { defaultViewerContext });
      await refusal(client.get(`${server.origin}/`), 'ERR_DESTINATION_NOT_ALLOWED');
      const seer = createSeerClient({ baseURL: '', secret, format: FORMAT, defaultViewerContext });
      await refusal(seer.get(`${server.origin}/`), 'ERR_DESTINATION_NOT_ALLOWED');
      const relative = createSeerClient({ baseURL: '/seer', secret, format: FORMAT, defaultViewerContext });
      await refusal(relative.get(`${server.origin}/`), 'ERR_DESTINATION_NOT_ALLOWED');
      expect(server.received).toHaveLength(0);
    },
  );
});
