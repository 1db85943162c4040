import { createHmac } from 'node:crypto';
import {
  signViewerContext,
  verifyViewerContext,
  type ReceivedHeaders,
  type ViewerContext,
} from 'axios-viewer-context/protocol';
import { coded } from '../support/coded.js';
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

  it('refuses an invalid context', () => {
    expect(() => signViewerContext({ userId: 0 }, 'secret-one')).toThrow(coded('ERR_INVALID_VIEWER_CONTEXT'));
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
  ])('A11, R3: says that the headers are missing if %s', (_name, headers) => {
    const message = 'No header X-Viewer-Context, so the request has no viewer.';
    expect(verifying(headers)).toThrow(coded('ERR_MISSING_HEADER', message));
  });

  it.each(absent)('A11, R3: takes half a pair for malformed; the other header is %s', (_name, value) => {
    expect(verifying({ 'x-viewer-context': payload, 'x-viewer-context-signature': value })).toThrow(
      coded('ERR_MALFORMED_HEADER'),
    );
    expect(verifying({ 'x-viewer-context': value, 'x-viewer-context-signature': signature })).toThrow(
      coded('ERR_MALFORMED_HEADER', 'The header X-Viewer-Context is missing beside its signature.'),
    );
  });

  it('A11, R3: takes half a pair for malformed; the other header is not there', () => {
    expect(verifying({ 'x-viewer-context': payload })).toThrow(coded('ERR_MALFORMED_HEADER'));
    expect(verifying({ 'x-viewer-context-signature': signature })).toThrow(coded('ERR_MALFORMED_HEADER'));
    expect(verifying({ 'x-viewer-context-signature': '' })).toThrow(coded('ERR_MALFORMED_HEADER'));
  });

  it('R3: takes a token alone for malformed, since only pairs are accepted', () => {
    expect(verifying({ 'x-viewer-context': 'eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl' })).toThrow(
      coded('ERR_MALFORMED_HEADER'),
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

  it('leaves no received signature in the buffer pool of Node, which axios may send', () => {
    const inPool = (): boolean =>
      Array.from({ length: 3 }, () =>
        Buffer.from(Buffer.from('x').buffer).includes(Buffer.alloc(32, signature, 'hex')),
      ).some(Boolean);
    expect(verifying({ 'x-viewer-context': payload, 'x-viewer-context-signature': signature })()).not.toBeNull();
    expect(inPool()).toBe(false);
    const control = Buffer.from(signature, 'hex');
    expect(inPool()).toBe(control.length === 32);
  });
});
