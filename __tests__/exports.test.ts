import * as main from 'axios-viewer-context';
import * as protocol from 'axios-viewer-context/protocol';

describe('the public exports', () => {
  it('of the main entry', () => {
    expect(Object.entries(main).map(([name, value]) => [name, typeof value])).toEqual([
      ['attachViewerContext', 'function'],
      ['ViewerContextError', 'function'],
      ['isViewerContextError', 'function'],
      ['createSeerClient', 'function'],
    ]);
  });

  it('of the protocol entry', () => {
    const names = [
      'ViewerContextError',
      'isViewerContextError',
      'VIEWER_CONTEXT_HEADER',
      'VIEWER_CONTEXT_SIGNATURE_HEADER',
      'keyId',
      'signBody',
      'signViewerContext',
      'verifyBody',
      'verifyViewerContext',
    ];
    expect(Object.keys(protocol).sort()).toEqual(names.sort());
    expect(protocol.VIEWER_CONTEXT_HEADER).toBe('X-Viewer-Context');
    expect(protocol.VIEWER_CONTEXT_SIGNATURE_HEADER).toBe('X-Viewer-Context-Signature');
    expect(protocol.ViewerContextError).toBe(main.ViewerContextError);
    expect(protocol.isViewerContextError).toBe(main.isViewerContextError);
  });
});
