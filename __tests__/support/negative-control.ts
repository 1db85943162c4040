import http from 'node:http';
import answers from '../vectors/known-answers.json';
import { establishViewer, isBodySigned } from './receiver.js';
import { startServer, type Received } from './server.js';

/** Sends raw headers and body with Node alone, and returns what arrived. */
async function sendRaw(headers: Record<string, string>, body = ''): Promise<Received> {
  await using server = await startServer();
  await new Promise((resolve, reject) => {
    const request = http.request(server.origin, { method: 'POST', headers, agent: false }, (response) => {
      response.resume().on('end', resolve);
    });
    request.on('error', reject).end(body);
  });
  return server.last();
}

/** Shows that the receiver of these tests refuses what it must; each suite that proves acceptance begins with it. */
export function describeNegativeControl(): void {
  describe('negative control: the receiver', () => {
    const { payload, signature } = answers.viewer;

    it('accepts the known answers', async () => {
      const request = await sendRaw({ 'X-Viewer-Context': payload, 'X-Viewer-Context-Signature': signature });
      expect(establishViewer(request)).toEqual({ organization_id: 1, user_id: 2 });
      for (const { secret, message, signature } of answers.signatures) {
        const signed = await sendRaw({ Authorization: `Rpcsignature rpc0:${signature}` }, message);
        expect(isBodySigned(signed, secret)).toBe(true);
      }
    });

    it('takes an unsigned request for one without a viewer, and refuses half a pair', async () => {
      expect(establishViewer(await sendRaw({}))).toBe('no viewer');
      const half = await sendRaw({ 'X-Viewer-Context': payload });
      expect(() => establishViewer(half)).toThrow('half a pair');
      expect(isBodySigned(await sendRaw({}, '{}'))).toBe(false);
    });

    it('refuses a tampered context and body', async () => {
      const tampered = payload.replace('"user_id":2', '"user_id":3');
      const request = await sendRaw({ 'X-Viewer-Context': tampered, 'X-Viewer-Context-Signature': signature });
      expect(() => establishViewer(request)).toThrow('bad signature');
      const { signature: bodySignature } = answers.signatures[1]!;
      const body = await sendRaw(
        { Authorization: `Rpcsignature rpc0:${bodySignature}` },
        '{"b": 13, "thing": "thing"}',
      );
      expect(isBodySigned(body)).toBe(false);
    });

    it('refuses a wrong key', async () => {
      const request = await sendRaw({ 'X-Viewer-Context': payload, 'X-Viewer-Context-Signature': signature });
      expect(() => establishViewer(request, 'secret-two')).toThrow('bad signature');
      const empty = await sendRaw({ Authorization: `Rpcsignature rpc0:${answers.signatures[2]!.signature}` });
      expect(isBodySigned(empty)).toBe(true);
      expect(isBodySigned(empty, 'secret-two')).toBe(false);
    });
  });
}
