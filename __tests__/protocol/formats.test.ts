import { createHmac } from 'node:crypto';
import {
  signViewerContext,
  verifyViewerContext,
  type ReceivedHeaders,
  type ViewerContext,
} from 'axios-viewer-context/protocol';
import { FORMATS, VIEWER_HEADERS } from '../../src/protocol/formats.js';
import { toKey } from '../../src/protocol/shared-secret.js';
import { coded } from '../support/coded.js';
import { claimsNow, headerOf, tokenOf } from '../support/tokens.js';
import answers from '../vectors/known-answers.json';

const { payload, signature } = answers.viewer;
const options = { secrets: ['secret-one'] };

function verifying(headers: Record<string, unknown>): () => unknown {
  return () => verifyViewerContext(headers as ReceivedHeaders, options);
}

describe('signViewerContext', () => {
  it.each<[string, ViewerContext | null | undefined]>([
    ['null', null],
    ['undefined', undefined],
    ['a context without ids', {}],
    ['a context of absent ids', { organizationId: null, userId: undefined }],
  ])('returns no header for %s: no viewer', (_name, context) => {
    expect(signViewerContext(context!, 'secret-one')).toStrictEqual({});
  });

  it('returns a plain record, which fetch takes as it is', () => {
    const headers = signViewerContext({ organizationId: 1, userId: 2 }, 'secret-one');
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
    expect([...new Headers(headers)]).toEqual([
      ['x-viewer-context', payload],
      ['x-viewer-context-signature', signature],
    ]);
  });

  it('refuses a missing or invalid secret, for no viewer too', () => {
    for (const context of [null, { userId: 2 }]) {
      expect(() => signViewerContext(context, '')).toThrow(coded('ERR_MISSING_SECRET'));
      expect(() => signViewerContext(context, undefined as never)).toThrow(coded('ERR_MISSING_SECRET'));
      expect(() => signViewerContext(context, ' ')).toThrow(coded('ERR_INVALID_SECRET'));
    }
  });

  it('signs as a pair unless told otherwise', () => {
    const pair = signViewerContext({ userId: 2 }, 'secret-one');
    for (const given of [{}, { format: undefined }, { format: 'pair' }, Object.create({ format: 'jwt' }) as object]) {
      expect(signViewerContext({ userId: 2 }, 'secret-one', given)).toStrictEqual(pair);
    }
    const token = signViewerContext({ userId: 2 }, 'secret-one', { format: 'jwt' });
    expect(Object.keys(token)).toEqual(['X-Viewer-Context']);
    expect(signViewerContext({ actorType: 'system' }, 'secret-one', { format: 'jwt' })).toStrictEqual({});
  });

  it.each([null, '', 'JWT', 'token', 'toString', ['pair'], 1, true])('misuse: the format %p', (format) => {
    const signing = (): unknown => signViewerContext({ userId: 2 }, 'secret-one', { format: format as 'jwt' });
    expect(signing).toThrow(new TypeError("options must be { format: 'pair' } or { format: 'jwt' }."));
  });
});

describe('verifyViewerContext', () => {
  const absent: [string, unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['false, which axios does not send', false],
    ['an empty list', []],
  ];

  it.each<[string, Record<string, unknown>]>([
    ['there is none at all', {}],
    ['there are only others', { host: 'seer', authorization: 'Rpcsignature rpc0:', viewer_context: payload }],
    ['both are inherited', Object.create({ 'x-viewer-context': payload, 'x-viewer-context-signature': signature })],
    ...absent.map(([name, value]): [string, Record<string, unknown>] => [
      `both are ${name}`,
      { 'x-viewer-context': value, 'x-viewer-context-signature': value },
    ]),
  ])('reports that the headers are missing if %s', (_name, headers) => {
    const message = 'The X-Viewer-Context header is missing, so the request has no viewer.';
    expect(verifying(headers)).toThrow(coded('ERR_MISSING_HEADER', message));
  });

  it.each(absent)('treats half a pair as malformed; the other header is %s', (_name, value) => {
    expect(verifying({ 'x-viewer-context': payload, 'x-viewer-context-signature': value })).toThrow(
      coded('ERR_MALFORMED_HEADER'),
    );
    expect(verifying({ 'x-viewer-context': value, 'x-viewer-context-signature': signature })).toThrow(
      coded('ERR_MALFORMED_HEADER', 'The X-Viewer-Context header is missing, but its signature is present.'),
    );
  });

  it('returns the viewer, or null for a signed context without ids', () => {
    const empty = createHmac('sha256', 'secret-one').update('{}').digest('hex');
    const pair = { 'x-viewer-context': payload, 'x-viewer-context-signature': signature };
    expect(verifying(pair)()).toEqual({ organizationId: 1, userId: 2 });
    expect(verifying({ 'x-viewer-context': '{}', 'x-viewer-context-signature': empty })()).toBeNull();
  });

  it('throws a TypeError for wrong options before it looks at the headers', () => {
    expect(() => verifyViewerContext({}, { secrets: [] })).toThrow(TypeError);
  });

  it('leaves no received signature in the buffer pool of Node, which axios can send', () => {
    const inPool = (bytes: string, encoding: 'hex' | 'base64url'): boolean =>
      Array.from({ length: 3 }, () =>
        Buffer.from(Buffer.from('x').buffer).includes(Buffer.alloc(32, bytes, encoding)),
      ).some(Boolean);
    expect(verifying({ 'x-viewer-context': payload, 'x-viewer-context-signature': signature })()).not.toBeNull();
    expect(inPool(signature, 'hex')).toBe(false);
    const token = signViewerContext({ userId: 2 }, 'secret-one', { format: 'jwt' })['X-Viewer-Context']!;
    expect(verifyViewerContext({ 'x-viewer-context': token }, { ...options, formats: ['jwt'] })).not.toBeNull();
    expect(inPool(token.split('.')[2]!, 'base64url')).toBe(false);
    const control = Buffer.from(signature, 'hex');
    expect(inPool(signature, 'hex')).toBe(control.length === 32);
  });
});

describe('the formats that a receiver accepts', () => {
  const secrets = ['secret-one'];
  const pair = { 'X-Viewer-Context': payload, 'X-Viewer-Context-Signature': signature };
  const token = { 'X-Viewer-Context': tokenOf(claimsNow(), headerOf('secret-one'), 'secret-one') };
  const viewer = { organizationId: 1, userId: 2 };
  const halves = [{ 'X-Viewer-Context': pair['X-Viewer-Context'] }, { 'X-Viewer-Context-Signature': signature }];

  it('are pairs alone by default; the message says so', () => {
    for (const formats of [undefined, ['pair']] as const) {
      expect(verifyViewerContext(pair, { secrets, formats })).toEqual(viewer);
      for (const headers of [token, halves[0]!]) {
        expect(() => verifyViewerContext(headers, { secrets, formats })).toThrow(
          coded(
            'ERR_MALFORMED_HEADER',
            'The X-Viewer-Context-Signature header is missing, so this is a token or half a pair. Accepted here: pair.',
          ),
        );
      }
    }
    const inherited = Object.assign(Object.create({ formats: ['jwt'] }) as object, { secrets });
    expect(verifyViewerContext(pair, inherited)).toEqual(viewer);
  });

  it('can be tokens alone; the message says so', () => {
    const formats = ['jwt'] as const;
    expect(verifyViewerContext(token, { secrets, formats })).toEqual({ ...viewer, actorType: 'user' });
    for (const headers of [
      pair,
      halves[1]!,
      { ...token, 'X-Viewer-Context-Signature': '' },
      { ...token, ...halves[1] },
    ]) {
      expect(() => verifyViewerContext(headers, { secrets, formats })).toThrow(
        coded('ERR_MALFORMED_HEADER', 'The X-Viewer-Context-Signature header makes this a pair. Accepted here: jwt.'),
      );
    }
  });

  it.each(['jwt', { formats: ['jwt'] }, { format: 'jwt', other: 1 }])('misuse: the options %j of signing', (given) => {
    const signing = (): unknown => signViewerContext({ userId: 2 }, 'secret-one', given as { format: 'jwt' });
    expect(signing).toThrow(TypeError);
  });

  it('misuse: an unknown option of the verifier, which would leave it with pairs', () => {
    const misspelled = { secrets, format: ['jwt'] };
    expect(() => verifyViewerContext(pair, misspelled)).toThrow('options must be { secrets, formats }');
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['an empty list', []],
    ['text', 'jwt'],
    ['an unknown format', ['pair', 'token']],
    ['a key of Object.prototype', ['toString']],
    ['a nested list', [['pair']]],
    ['a set', new Set(['pair'])],
    ['a hole', new Array(1)],
  ])('misuse: %s', (_name, formats) => {
    const misusing = (): unknown => verifyViewerContext(pair, { secrets, formats: formats as ['jwt'] });
    expect(misusing).toThrow(
      new TypeError("options must be { secrets, formats }, where formats is an array of 'pair', 'jwt' or both."),
    );
  });
});

describe('the headers of the formats', () => {
  it.each(Object.entries(FORMATS))('%s: the names are exactly those that signing returns', (_name, format) => {
    const signed = format.sign({ organizationId: 1, userId: 2 }, toKey('secret-one'));
    expect(Object.keys(signed)).toEqual([...format.headers]);
  });

  it('are all among those that a caller may not set', () => {
    const names = Object.values(FORMATS).flatMap(({ headers }) => headers);
    expect([...VIEWER_HEADERS].sort()).toEqual([...new Set(names)].sort());
    expect(names.length).toBeGreaterThan(2);
  });
});
