import http from 'node:http';
import answers from '../vectors/known-answers.json';
import { establishViewer, isBodySigned, SECRET } from './receiver.js';
import { startServer, type Received } from './server.js';
import { claimsNow, headerOf, tokenOf } from './tokens.js';

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

/** Shows that the receiver of these tests refuses what it must. Each suite that proves acceptance starts with this. */
export function describeNegativeControl(): void {
  describe('negative control: the receiver', () => {
    const { payload, signature } = answers.viewer;
    const pair = { 'X-Viewer-Context': payload, 'X-Viewer-Context-Signature': signature };
    const asPair = (request: Received, secret?: string) => establishViewer(request, secret, 'pair');
    const asToken = (request: Received, secret?: string) => establishViewer(request, secret, 'jwt');
    const sendToken = (token: string) => sendRaw({ 'X-Viewer-Context': token });
    const claims = (): object => ({ ...claimsNow(), actor_type: 'unknown' });
    const header = headerOf(SECRET);

    it('accepts the known answers, and a token', async () => {
      expect(asPair(await sendRaw(pair))).toEqual({ organization_id: 1, user_id: 2 });
      expect(asToken(await sendToken(tokenOf(claims(), header, SECRET)))).toEqual({ organization_id: 1, user_id: 2 });
      for (const { secret, message, signature } of answers.signatures) {
        const signed = await sendRaw({ Authorization: `Rpcsignature rpc0:${signature}` }, message);
        expect(isBodySigned(signed, secret)).toBe(true);
      }
    });

    it('treats an unsigned request as a request without a viewer, and refuses half a pair', async () => {
      const [unsigned, half] = [await sendRaw({}), await sendRaw({ 'X-Viewer-Context': payload })];
      for (const establish of [asPair, asToken]) expect(establish(unsigned)).toBe('no viewer');
      expect(() => asPair(half)).toThrow('half a pair');
      expect(() => asToken(half)).toThrow('bad signature');
      expect(isBodySigned(await sendRaw({}, '{}'))).toBe(false);
    });

    it('refuses the other format, and a signature with a token', async () => {
      const token = tokenOf(claims(), header, SECRET);
      const beside = await sendRaw({ ...pair, 'X-Viewer-Context': token });
      expect(() => asPair(beside)).toThrow('bad signature');
      for (const request of [beside, await sendRaw(pair)]) {
        expect(() => asToken(request)).toThrow('a signature beside a token');
      }
      const alone = await sendToken(token);
      expect(() => asPair(alone)).toThrow('half a pair');
    });

    it('refuses a tampered context and body', async () => {
      const tampered = await sendRaw({ ...pair, 'X-Viewer-Context': payload.replace('"user_id":2', '"user_id":3') });
      expect(() => asPair(tampered)).toThrow('bad signature');
      const [ours, other] = [claims(), { ...claims(), user_id: 3 }].map((said) => tokenOf(said, header, SECRET));
      const mixed = await sendToken(`${other!.slice(0, other!.lastIndexOf('.'))}.${ours!.split('.')[2]!}`);
      expect(() => asToken(mixed)).toThrow('bad signature');
      const { signature: bodySignature } = answers.signatures[1]!;
      const body = await sendRaw(
        { Authorization: `Rpcsignature rpc0:${bodySignature}` },
        '{"b": 13, "thing": "thing"}',
      );
      expect(isBodySigned(body)).toBe(false);
    });

    it('refuses a wrong key, and a token that is not from now', async () => {
      const request = await sendRaw(pair);
      expect(() => asPair(request, 'secret-two')).toThrow('bad signature');
      const token = await sendToken(tokenOf(claims(), header, SECRET));
      expect(() => asToken(token, 'secret-two')).toThrow('bad signature');
      const old = await sendToken(tokenOf({ ...claims(), iat: 1700000000, exp: 1700000900 }, header, SECRET));
      expect(() => asToken(old)).toThrow('unexpected payload');
      const empty = await sendRaw({ Authorization: `Rpcsignature rpc0:${answers.signatures[2]!.signature}` });
      expect(isBodySigned(empty)).toBe(true);
      expect(isBodySigned(empty, 'secret-two')).toBe(false);
    });
  });
}
