import { keyId, signBody, signViewerContext, verifyBody, verifyViewerContext } from 'axios-viewer-context/protocol';
import answers from '../vectors/known-answers.json';

describe('known answers, made by implementations in other languages', () => {
  it.each(answers.signatures)('signs and verifies $message', ({ secret, message, signature }) => {
    const authorization = `Rpcsignature rpc0:${signature}`;
    expect(signBody(message, secret)).toBe(authorization);
    expect(signBody(Buffer.from(message), secret)).toBe(authorization);
    expect(() => {
      verifyBody(message, authorization, { secrets: [secret] });
    }).not.toThrow();
  });

  it('signs and verifies the viewer', () => {
    const { context, secret, payload, signature } = answers.viewer;
    const headers = signViewerContext(context, secret);
    expect(headers).toEqual({ 'X-Viewer-Context': payload, 'X-Viewer-Context-Signature': signature });
    expect(
      verifyViewerContext(
        { 'x-viewer-context': payload, 'x-viewer-context-signature': signature },
        { secrets: [secret] },
      ),
    ).toEqual(context);
  });

  it.each(answers.keyIds)('the key id of $secret is $keyId', (answer) => {
    expect(keyId(answer.secret)).toBe(answer.keyId);
  });
});
