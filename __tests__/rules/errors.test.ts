import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import axios from 'axios';
import { isViewerContextError, ViewerContextError, type ViewerContextOptions } from 'axios-viewer-context';
import * as protocol from 'axios-viewer-context/protocol';
import { ADAPTERS, attachedClient, seerClient } from '../support/clients.js';
import { isolatedCopy } from '../support/copies.js';
import { FORMAT } from '../support/format.js';
import { rejected } from '../support/rejection.js';
import { useServers } from '../support/server.js';

describe('ViewerContextError', () => {
  const error = new ViewerContextError('ERR_MISSING_SECRET', 'No secret.', { cause: 'the reason' });

  it('is an Error of its own class, the same in both entries', () => {
    expect(error).toBeInstanceOf(ViewerContextError);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(TypeError);
    expect(protocol.ViewerContextError).toBe(ViewerContextError);
    expect(protocol.isViewerContextError).toBe(isViewerContextError);
  });

  it('has a name, a code, a message and a cause', () => {
    expect(error.name).toBe('ViewerContextError');
    expect(error.code).toBe('ERR_MISSING_SECRET');
    expect(error.message).toBe('No secret.');
    expect(error.cause).toBe('the reason');
    expect(String(error)).toBe('ViewerContextError: No secret.');
  });

  it('has no cause unless one was given, even if it is undefined', () => {
    expect(new ViewerContextError('ERR_MISSING_SECRET', 'No secret.')).not.toHaveProperty('cause');
    const withCause = new ViewerContextError('ERR_MISSING_SECRET', 'No secret.', { cause: undefined });
    expect(Object.hasOwn(withCause, 'cause')).toBe(true);
  });

  it('begins its stack with its name', () => {
    expect(error.stack).toMatch(/^ViewerContextError: No secret\.\n {4}at /);
    expect(inspect(error)).toMatch(/^ViewerContextError: No secret\.\n/);
  });

  it('lists and prints its code only, keyIds not', () => {
    const mismatch = new ViewerContextError('ERR_SIGNATURE_MISMATCH', 'No match.', { keyIds: ['ea77193c'] });
    expect(mismatch.keyIds).toEqual(['ea77193c']);
    expect(Object.keys(mismatch)).toEqual(['code']);
    expect(Object.entries(mismatch)).toEqual([['code', 'ERR_SIGNATURE_MISMATCH']]);
    expect(JSON.stringify(mismatch)).toBe('{"code":"ERR_SIGNATURE_MISMATCH"}');
    expect(inspect(mismatch)).not.toContain('ea77193c');
    expect(error.keyIds).toBeUndefined();
  });

  it('of a verifier names the key ids in keyIds, and nowhere else', () => {
    const signed = protocol.signViewerContext({ organizationId: 471147 }, 'test-secret', { format: FORMAT });
    const options = { secrets: ['secret-one', 'secret-two'], formats: [FORMAT] };
    const verifying = [
      () => protocol.verifyViewerContext(signed, options),
      () => {
        protocol.verifyBody('', protocol.signBody('', 'test-secret'), options);
      },
    ];
    for (const verify of verifying) {
      const mismatch = caught(verify) as ViewerContextError;
      expect(mismatch.code).toBe('ERR_SIGNATURE_MISMATCH');
      expect(mismatch.keyIds).toEqual(['ea77193c', 'cebdf378']);
      const shown = `${inspect(mismatch)} ${JSON.stringify(mismatch)} ${String(mismatch.stack)}`;
      expect(shown).not.toMatch(/ea77193c|cebdf378|secret-one|secret-two|471147|[0-9a-f]{64}|eyJ/);
    }
  });
});

describe('isViewerContextError', () => {
  it('recognizes the errors of this copy and of another, where instanceof fails', () => {
    const { ViewerContextError: Other } = isolatedCopy();
    const other = new Other('ERR_MISSING_SECRET', 'No secret.');
    expect(other).not.toBeInstanceOf(ViewerContextError);
    expect(isViewerContextError(other)).toBe(true);
    expect(isViewerContextError(new ViewerContextError('ERR_MISSING_SECRET', 'No secret.'))).toBe(true);
  });

  it('recognizes an error of another realm', () => {
    const foreign: unknown = runInNewContext("Object.assign(new Error('x'), { name: 'ViewerContextError' })");
    expect(foreign).not.toBeInstanceOf(Error);
    expect(isViewerContextError(foreign)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['another error', new Error('x')],
    ['a TypeError', new TypeError('x')],
    ['an object of the same name', { name: 'ViewerContextError', code: 'ERR_MISSING_SECRET' }],
    [
      'an object that inherits from an error',
      Object.create(new ViewerContextError('ERR_MISSING_SECRET', 'x')) as object,
    ],
    ['the class', ViewerContextError],
    ['text', 'ViewerContextError'],
    ['null', null],
    ['undefined', undefined],
  ])('does not recognize %s', (_name, value) => {
    expect(isViewerContextError(value)).toBe(false);
  });
});

describe.each(ADAPTERS)('refusals, over the %s adapter', (adapter) => {
  const { server, foreign } = useServers();
  const secret = 'a-very-secret-word';
  const viewerContext = { organizationId: 471147, userId: 471248 };
  const defaults = () => ({ adapter, baseURL: server.origin });
  const attached = (options: Partial<ViewerContextOptions> = {}) => attachedClient(defaults(), { secret, ...options });
  const seer = () => seerClient(adapter, server.origin, { secret });
  const inDefaults = () => {
    const client = attached();
    Object.assign(client.defaults, { viewerContext });
    return client;
  };
  const alreadySigned = async () => {
    const { config } = await attached().get<unknown>('/', { viewerContext });
    server.received.length = 0;
    return axios.create({ adapter }).request(config);
  };

  it.each<[string, string, () => Promise<unknown>]>([
    ['an invalid id', 'ERR_INVALID_VIEWER_CONTEXT', () => attached().get('/', { viewerContext: { userId: -471147 } })],
    [
      'an id that is not canonical',
      'ERR_INVALID_VIEWER_CONTEXT',
      () => attached().get('/', { viewerContext: { userId: '471147 ' } }),
    ],
    [
      'an unknown key',
      'ERR_INVALID_VIEWER_CONTEXT',
      () => attached().get('/', { viewerContext: { ...viewerContext, 471359: 471359 } as object }),
    ],
    [
      'an invalid default',
      'ERR_INVALID_VIEWER_CONTEXT',
      () => attached({ defaultViewerContext: () => ({ userId: -471147 }) }).get('/'),
    ],
    [
      'a default that fails',
      'ERR_INVALID_VIEWER_CONTEXT',
      () =>
        attached({
          defaultViewerContext: () => {
            throw new Error('tenant 471147');
          },
        }).get('/'),
    ],
    ['a viewer in the defaults', 'ERR_VIEWER_CONTEXT_IN_DEFAULTS', () => inDefaults().get('/')],
    ['a missing viewer', 'ERR_MISSING_VIEWER_CONTEXT', () => attached({ onMissingViewerContext: 'throw' }).get('/')],
    [
      'a missing secret',
      'ERR_MISSING_SECRET',
      () => attached({ secret: '', onMissingSecret: 'throw' }).get('/', { viewerContext }),
    ],
    [
      'an invalid secret',
      'ERR_INVALID_SECRET',
      () => attached({ secret: () => `${secret}\n` }).get('/', { viewerContext }),
    ],
    [
      'a secret that fails',
      'ERR_INVALID_SECRET',
      () => attached({ secret: () => Promise.reject(new Error(secret)) }).get('/', { viewerContext }),
    ],
    ['a foreign host', 'ERR_DESTINATION_NOT_ALLOWED', () => attached().get(foreign.origin, { viewerContext })],
    [
      'a foreign host with credentials, a path and a query',
      'ERR_DESTINATION_NOT_ALLOWED',
      () => attached().get(`${foreign.origin.replace('//', `//${secret}@`)}/471147?471248`, { viewerContext }),
    ],
    [
      'credentials',
      'ERR_CONFLICTING_CREDENTIALS',
      () => seer().get('/', { viewerContext, auth: { username: secret, password: secret } }),
    ],
    [
      'credentials in the URL',
      'ERR_CONFLICTING_CREDENTIALS',
      () => seer().get(server.origin.replace('//', `//${secret}@`), { viewerContext }),
    ],
    [
      'a body that cannot be signed',
      'ERR_UNSIGNABLE_BODY',
      () => seer().post('/', new URLSearchParams({ a: '471147' }), { viewerContext }),
    ],
    ['a config that was signed', 'ERR_ALREADY_SIGNED', alreadySigned],
  ])('the message for %s shows no secret, signature or id, and nothing was sent', async (_name, code, request) => {
    const error: unknown = await rejected(request());
    expect(error).toBeInstanceOf(ViewerContextError);
    const { message, stack, ...shown } = error as ViewerContextError;
    expect(shown).toEqual({ code });
    expect(message).toMatch(/^[A-Za-z].{20,}\.$/s);
    expect(stack).toMatch(/^ViewerContextError: /);
    expect(`${message} ${JSON.stringify(error)}`).not.toMatch(
      /471147|471248|471359|a-very-secret-word|[0-9a-f]{32}|eyJ/,
    );
    expect([...server.received, ...foreign.received]).toHaveLength(0);
  });
});

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}
