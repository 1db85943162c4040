import { runInNewContext } from 'node:vm';
import * as main from 'axios-viewer-context';
import * as protocol from 'axios-viewer-context/protocol';

describe('the public exports', () => {
  it('of the main entry are these and no others', () => {
    expect(Object.keys(main).sort()).toEqual([
      'ViewerContextError',
      'attachViewerContext',
      'createSeerClient',
      'isViewerContextError',
    ]);
    for (const value of Object.values(main)) expect(typeof value).toBe('function');
  });

  it('of the protocol entry are these and no others', () => {
    expect(Object.keys(protocol).sort()).toEqual([
      'VIEWER_CONTEXT_HEADER',
      'VIEWER_CONTEXT_SIGNATURE_HEADER',
      'ViewerContextError',
      'isViewerContextError',
      'keyId',
      'signBody',
      'signViewerContext',
      'verifyBody',
      'verifyViewerContext',
    ]);
    expect(protocol.VIEWER_CONTEXT_HEADER).toBe('X-Viewer-Context');
    expect(protocol.VIEWER_CONTEXT_SIGNATURE_HEADER).toBe('X-Viewer-Context-Signature');
  });

  it('of both entries are the same errors', () => {
    expect(protocol.ViewerContextError).toBe(main.ViewerContextError);
    expect(protocol.isViewerContextError).toBe(main.isViewerContextError);
  });
});

describe('a ViewerContextError', () => {
  function thrown(): unknown {
    try {
      return protocol.verifyViewerContext({}, { secrets: ['secret-one'] });
    } catch (error) {
      return error;
    }
  }

  it('is an Error with its own name, in the stack too, and a code', () => {
    const error = thrown();
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(protocol.ViewerContextError);
    expect(error).toMatchObject({ name: 'ViewerContextError', code: 'ERR_MISSING_HEADER' });
    expect(String(error)).toMatch(
      /^ViewerContextError: The X-Viewer-Context header is missing, so the request has no viewer/,
    );
    expect((error as Error).stack).toMatch(
      /^ViewerContextError: The X-Viewer-Context header is missing, so the request has no viewer/,
    );
  });

  it('has its name as other errors have theirs', () => {
    const nameOf = (error: typeof Error): unknown => Object.getOwnPropertyDescriptor(error.prototype, 'name');
    expect(nameOf(protocol.ViewerContextError as never)).toEqual({
      ...(nameOf(TypeError) as object),
      value: 'ViewerContextError',
    });
  });

  it('has key ids and a cause only if they are given, outside of its JSON', () => {
    const cause = new Error('why');
    const error = new protocol.ViewerContextError('ERR_INVALID_SECRET', 'what', { cause, keyIds: ['ea77193c'] });
    expect([error.cause, error.keyIds, JSON.stringify(error)]).toEqual([
      cause,
      ['ea77193c'],
      '{"code":"ERR_INVALID_SECRET"}',
    ]);
    const bare = new protocol.ViewerContextError('ERR_INVALID_SECRET', 'what');
    expect(['cause' in bare, bare.keyIds]).toEqual([false, undefined]);
  });
});

describe('isViewerContextError', () => {
  it('recognizes an error of this package', () => {
    expect(protocol.isViewerContextError(new main.ViewerContextError('ERR_MISSING_SECRET', 'x'))).toBe(true);
  });

  it('recognizes an error of another copy of this package, where instanceof fails', () => {
    jest.isolateModules(() => {
      const copy = jest.requireActual<typeof protocol>('axios-viewer-context/protocol');
      const error = new copy.ViewerContextError('ERR_MISSING_SECRET', 'x');
      expect(error).not.toBeInstanceOf(protocol.ViewerContextError);
      expect(protocol.isViewerContextError(error)).toBe(true);
    });
  });

  it('recognizes an error of another realm, which is not even an Error here', () => {
    const error: unknown = runInNewContext("Object.assign(new Error('x'), { name: 'ViewerContextError' })");
    expect(error).not.toBeInstanceOf(Error);
    expect(protocol.isViewerContextError(error)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['another error', new Error('x')],
    ['another error of another realm', runInNewContext("new Error('x')")],
    ['a TypeError', new TypeError('ViewerContextError')],
    ['an object of that name', { name: 'ViewerContextError', code: 'ERR_MISSING_SECRET' }],
    ['a string', 'ViewerContextError'],
    ['null', null],
    ['undefined', undefined],
  ])('does not recognize %s', (_name, value) => {
    expect(protocol.isViewerContextError(value)).toBe(false);
  });
});
