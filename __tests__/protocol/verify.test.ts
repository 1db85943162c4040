import { createHmac } from 'node:crypto';
import { AxiosHeaders } from 'axios';
import {
  VIEWER_CONTEXT_HEADER,
  VIEWER_CONTEXT_SIGNATURE_HEADER,
  isViewerContextError,
  signBody,
  signViewerContext,
  verifyBody,
  verifyViewerContext,
  type ReceivedHeaders,
  type ViewerContextErrorCode,
} from 'axios-viewer-context/protocol';
import { coded } from '../support/coded.js';
import answers from '../vectors/known-answers.json';

const { payload, signature } = answers.viewer;
const options = { secrets: ['secret-one'] };
const signed = (text: string): Record<string, string> => ({
  'x-viewer-context': text,
  'x-viewer-context-signature': createHmac('sha256', 'secret-one').update(text).digest('hex'),
});
const verifying =
  (headers: unknown, secrets: readonly unknown[] = ['secret-one']) =>
  () =>
    verifyViewerContext(headers as ReceivedHeaders, { secrets: secrets as string[] });

describe('verifyViewerContext', () => {
  it.each<[string, unknown]>([
    ["Node's headers", { 'x-viewer-context': payload, 'x-viewer-context-signature': signature }],
    ['a record in another case', { [VIEWER_CONTEXT_HEADER]: payload, 'X-VIEWER-CONTEXT-SIGNATURE': signature }],
    ['lists of one', { 'x-viewer-context': [payload], 'x-viewer-context-signature': [signature] }],
    ['a web Headers', new Headers({ [VIEWER_CONTEXT_HEADER]: payload, [VIEWER_CONTEXT_SIGNATURE_HEADER]: signature })],
    [
      'an axios headers object',
      new AxiosHeaders({ [VIEWER_CONTEXT_HEADER]: payload, [VIEWER_CONTEXT_SIGNATURE_HEADER]: signature }),
    ],
    [
      'a Map',
      new Map([
        ['x-viewer-context', payload],
        ['x-viewer-context-signature', signature],
      ]),
    ],
  ])('reads %s', (_name, headers) => {
    expect(verifying(headers)()).toEqual({ organizationId: 1, userId: 2 });
  });

  it.each<[string, unknown]>([
    ['no header', {}],
    ['no signature', { 'x-viewer-context': payload }],
    ['no context', { 'x-viewer-context-signature': signature }],
    ['undefined', { 'x-viewer-context': undefined, 'x-viewer-context-signature': signature }],
    ['null', { 'x-viewer-context': null, 'x-viewer-context-signature': signature }],
    ['what axios does not send', { 'x-viewer-context': false, 'x-viewer-context-signature': signature }],
    ['an empty list', { 'x-viewer-context': [], 'x-viewer-context-signature': signature }],
    ['inherited headers', Object.create({ 'x-viewer-context': payload, 'x-viewer-context-signature': signature })],
  ])('misses %s', (_name, headers) => {
    expect(verifying(headers)).toThrow(coded('ERR_MISSING_HEADER'));
  });

  it.each<[string, string, unknown]>([
    ['a context that came twice', 'x-viewer-context', [payload, payload]],
    ['a context that came twice, joined', 'x-viewer-context', `${payload}, ${payload}`],
    ['a context in two cases', 'X-Viewer-Context', payload],
    ['a signature in two cases', 'X-Viewer-Context-Signature', signature],
    ['a signature that came twice', 'x-viewer-context-signature', [signature, signature]],
    ['a signature that came twice, joined', 'x-viewer-context-signature', `${signature}, ${signature}`],
    ['a context that is no string', 'x-viewer-context', 42],
    ['upper-case digits', 'x-viewer-context-signature', signature.toUpperCase()],
    ['63 digits', 'x-viewer-context-signature', signature.slice(1)],
    ['65 digits', 'x-viewer-context-signature', `${signature}0`],
    ['a line end', 'x-viewer-context-signature', `${signature}\n`],
    ['no signature in it', 'x-viewer-context-signature', ''],
    ['other characters', 'x-viewer-context-signature', 'ü'.repeat(64)],
  ])('finds %s malformed', (_name, header, value) => {
    const headers = { 'x-viewer-context': payload, 'x-viewer-context-signature': signature, [header]: value };
    expect(verifying(headers)).toThrow(coded('ERR_MALFORMED_HEADER'));
  });

  it.each<[string, string]>([
    ['another viewer', '{"organization_id":1,"user_id":3}'],
    ['another spelling of the same', '{"organization_id":1, "user_id":2}'],
    ['nothing', ''],
    ['a long text', 'x'.repeat(100_000)],
  ])('refuses the signature for %s', (_name, text) => {
    expect(verifying({ ...signed(payload), 'x-viewer-context': text })).toThrow(
      coded('ERR_SIGNATURE_MISMATCH', `${String(text.length)} bytes received, key ids tried: ea77193c.`),
    );
  });

  it('tries several secrets, and names the key ids of all in a mismatch', () => {
    expect(verifying(signed(payload), ['secret-two', 'secret-one'])()).toEqual({ organizationId: 1, userId: 2 });
    const refused = verifying(signed(payload), ['secret-two', 'test-secret']);
    expect(refused).toThrow(coded('ERR_SIGNATURE_MISMATCH', 'key ids tried: cebdf378, 9caf06bb'));
    for (const value of ['secret-two', signature, '"user_id":2']) expect(refused).not.toThrow(value);
  });

  it('hashes what HTTP delivers as Latin-1, as other receivers do', () => {
    const text = '{"organization_id":1,"name":"Ã©"}';
    expect(verifying(signed(text))()).toEqual({ organizationId: 1 });
  });

  it.each<[string, unknown]>([
    ['{"organization_id":1,"user_id":2}', { organizationId: 1, userId: 2 }],
    ['{"user_id":2,"organization_id":1}', { organizationId: 1, userId: 2 }],
    [' { "user_id" : 2 } ', { userId: 2 }],
    ['{"organization_id":null,"user_id":2}', { userId: 2 }],
    [
      '{"organization_id":1,"actor_type":"user","scopes":["a",{"user_id":5}],"x":{"organization_id":7}}',
      { organizationId: 1 },
    ],
    ['{"note":"\\"user_id\\":5 }, {","organization_id":1}', { organizationId: 1 }],
    ['{"__proto__":{"userId":5},"organization_id":1}', { organizationId: 1 }],
    ['{"org\\u0061nization_id":1}', { organizationId: 1 }],
    ['{"scopes":["a",["b"]],"organization_id":1}', { organizationId: 1 }],
    ['{}', null],
    ['{"organization_id":null}', null],
    ['{"actor_type":"system"}', null],
  ])('reads the signed payload %s', (text, expected) => {
    expect(verifying(signed(text))()).toEqual(expected);
  });

  it('returns a viewer that inherits nothing', () => {
    const viewer = verifying(signed('{"organization_id":1}'))();
    for (const name of ['userId', 'toString', '__proto__', 'constructor']) expect(name in viewer!).toBe(false);
    expect(Object.isFrozen(Object.getPrototypeOf(viewer))).toBe(true);
  });

  it.each([
    '',
    'x',
    'null',
    '1',
    '"{}"',
    '[]',
    '[{"organization_id":1}]',
    '{"organization_id":1',
    '{"organization_id":1}x',
    '{"organization_id":0}',
    '{"organization_id":-1}',
    '{"organization_id":1.0}',
    '{"organization_id":1e3}',
    '{"organization_id":1.5}',
    '{"organization_id":9007199254740992}',
    '{"organization_id":90071992547409910}',
    '{"organization_id":"1"}',
    '{"organization_id":true}',
    '{"organization_id":[1]}',
    '{"organization_id":{}}',
    '{"organization_id":1,"organization_id":1}',
    '{"user_id":null,"user_id":2}',
    '{"user_id":1,"us\\u0065r_id":2}',
  ])('refuses the signed payload %s', (text) => {
    expect(verifying(signed(text))).toThrow(coded('ERR_INVALID_PAYLOAD'));
  });

  it.each<[string, unknown, unknown]>([
    ['no secret', signed(payload), []],
    ['a missing secret', signed(payload), [undefined]],
    ['a blank secret', signed(payload), ['secret-one', ' ']],
    ['a secret instead of a list', signed(payload), 'secret-one'],
    ['no headers', undefined, ['secret-one']],
    ['null for headers', null, ['secret-one']],
    ["Node's rawHeaders", ['X-Viewer-Context', payload], ['secret-one']],
  ])('is misused with %s', (_name, headers, secrets) => {
    expect(verifying(headers, secrets as string[])).toThrow(TypeError);
    expect(verifying(headers, secrets as string[])).toThrow(/^options\.secrets|pass request\.headers\.$/);
  });

  it('says of a wrong secret which one it is, and why', () => {
    expect(verifying(signed(payload), ['secret-one', ' '])).toThrow(
      expect.objectContaining({
        message: 'options.secrets[1]: The shared secret is blank.',
        cause: coded('ERR_INVALID_SECRET'),
      }) as Error,
    );
  });

  it('does not take secrets from Object.prototype', () => {
    Object.defineProperty(Object.prototype, 'secrets', { value: ['secret-one'], configurable: true });
    try {
      expect(() => verifyViewerContext(signed(payload), {} as never)).toThrow(TypeError);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'secrets');
    }
  });
});

describe('verifyBody', () => {
  const body = '{"b": 12, "thing": "thing"}';
  const authorization = signBody(body, 'secret-one');
  const verify =
    (given: unknown, header: unknown, secrets: readonly string[] = ['secret-one']) =>
    () => {
      verifyBody(given as string, header as string, { secrets });
    };

  it.each<[string, unknown]>([
    ['a string', body],
    ['a Buffer', Buffer.from(body)],
    ['an ArrayBuffer', new TextEncoder().encode(body).buffer],
  ])('accepts the raw body as %s', (_name, given) => {
    expect(verify(given, authorization)).not.toThrow();
    expect(verify(given, authorization, ['secret-two', 'secret-one'])).not.toThrow();
  });

  it.each<[string, unknown, unknown, ViewerContextErrorCode]>([
    ['no Authorization', body, undefined, 'ERR_MISSING_HEADER'],
    ['another scheme', body, 'Bearer abc', 'ERR_MALFORMED_HEADER'],
    ['the scheme in lower case', body, authorization.toLowerCase(), 'ERR_MALFORMED_HEADER'],
    ['two blanks', body, authorization.replace(' ', '  '), 'ERR_MALFORMED_HEADER'],
    [
      'upper-case digits',
      body,
      authorization.slice(0, 18) + authorization.slice(18).toUpperCase(),
      'ERR_MALFORMED_HEADER',
    ],
    ['two headers', body, [authorization, authorization], 'ERR_MALFORMED_HEADER'],
    ['another body', `${body} `, authorization, 'ERR_SIGNATURE_MISMATCH'],
    ['the signature of another secret', body, signBody(body, 'secret-two'), 'ERR_SIGNATURE_MISMATCH'],
    ['a parsed object', JSON.parse(body), authorization, 'ERR_UNSIGNABLE_BODY'],
    ['nothing', undefined, authorization, 'ERR_UNSIGNABLE_BODY'],
    ['null', null, authorization, 'ERR_UNSIGNABLE_BODY'],
  ])('refuses %s', (_name, given, header, code) => {
    expect(verify(given, header)).toThrow(coded(code));
  });

  it('names a parsed object as the mistake it is', () => {
    expect(verify({}, authorization)).toThrow('You passed a parsed object.');
    expect(verify(null, authorization)).toThrow('You passed null.');
    expect(() => signBody(undefined as never, 'secret-one')).toThrow(
      'the exact bytes sent: pass them raw, as a string or bytes. You passed undefined.',
    );
  });

  it('counts the bytes, not the characters, in a mismatch', () => {
    expect(verify('é', authorization)).toThrow('2 bytes received');
  });

  it('is misused without secrets', () => {
    expect(() => {
      verifyBody(body, authorization, undefined as never);
    }).toThrow('options.secrets is not a list');
    expect(verify(body, authorization, [])).toThrow(TypeError);
  });
});

describe('isViewerContextError', () => {
  it('knows our errors, also of another copy, and nothing else', () => {
    let error: unknown;
    try {
      verifyViewerContext({}, options);
    } catch (thrown) {
      error = thrown;
    }
    expect(isViewerContextError(error)).toBe(true);
    expect(String(error)).toBe('ViewerContextError: The header X-Viewer-Context is missing.');
    expect((error as Error).stack).toMatch(/^ViewerContextError: The header/);
    expect(isViewerContextError(Object.assign(new Error('of another copy'), { name: 'ViewerContextError' }))).toBe(
      true,
    );
    for (const other of [new Error('x'), { name: 'ViewerContextError' }, null, undefined, 'ViewerContextError']) {
      expect(isViewerContextError(other)).toBe(false);
    }
  });

  it('signs nobody as no header at all', () => {
    expect(signViewerContext(null, 'secret-one')).toEqual({});
  });
});
