import { createSecretKey, generateKeyPairSync, webcrypto } from 'node:crypto';
import { inspect } from 'node:util';
import axios from 'axios';
import { attachViewerContext, type SharedSecret } from 'axios-viewer-context';
import { attachedClient, seerClient } from '../support/clients.js';
import { coded } from '../support/coded.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, isBodySigned, SECRET } from '../support/receiver.js';
import { refusal, rejected } from '../support/rejection.js';
import { startServer, useServers } from '../support/server.js';

describeNegativeControl();

const encoded = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
/** The secret in the middle of a larger buffer. */
const surrounded = (): Uint8Array<ArrayBuffer> => encoded(`##${SECRET}##`);

const FORMS: [string, () => SharedSecret][] = [
  ['a string', () => SECRET],
  ['a Buffer', () => Buffer.from(SECRET)],
  ['a Uint8Array', () => encoded(SECRET)],
  ['a view of a larger buffer', () => surrounded().subarray(2, -2)],
  ['a DataView', () => new DataView(surrounded().buffer, 2, SECRET.length) as unknown as Uint8Array],
  ['an ArrayBuffer', () => encoded(SECRET).buffer],
  ['a KeyObject', () => createSecretKey(Buffer.from(SECRET))],
];

describe('a static secret', () => {
  const { server } = useServers();
  const defaults = () => ({ baseURL: server.origin });
  const viewerContext = { organizationId: 1, userId: 2 };
  const established = { organization_id: 1, user_id: 2 };

  it.each(FORMS)('%s signs', async (_name, form) => {
    await attachedClient(defaults(), { secret: form() }).get('/', { viewerContext });
    expect(establishViewer(server.last())).toEqual(established);
    await seerClient('http', server.origin, { secret: form() }).post('/', { a: 1 }, { viewerContext });
    expect(establishViewer(server.last())).toEqual(established);
    expect(isBodySigned(server.last())).toBe(true);
  });

  it.each<[string, SharedSecret, string]>([
    ['characters beyond ASCII count as UTF-8', 'gehéim日', 'gehéim日'],
    ['text that looks like base64 is not decoded', 'c2VjcmV0LW9uZQ==', 'c2VjcmV0LW9uZQ=='],
    ['text that looks like hex is not decoded', '7365637265742d6f6e65', '7365637265742d6f6e65'],
    ['whitespace inside stays', 'secret one', 'secret one'],
  ])('%s', async (_name, secret, key) => {
    await attachedClient(defaults(), { secret }).get('/', { viewerContext });
    expect(establishViewer(server.last(), key)).toEqual(established);
  });

  it('bytes are copied when attaching, so that the caller can wipe them', async () => {
    const whole = surrounded();
    const plain = Buffer.from(SECRET);
    const { buffer } = encoded(SECRET);
    const secrets = [plain, whole.subarray(2, -2), buffer];
    const clients = secrets.map((secret) => attachedClient(defaults(), { secret }));
    for (const bytes of [plain, whole, new Uint8Array(buffer)]) bytes.fill(0);
    for (const client of [...clients, ...clients]) {
      await client.get('/', { viewerContext });
      expect(establishViewer(server.last())).toEqual(established);
    }
    expect(server.received).toHaveLength(6);
  });

  it('is never shown: in an error, in its message, or deep inside its config', async () => {
    const secret = 'a-very-secret-word';
    const bytes = Buffer.from(secret);
    const forbidden = new RegExp(
      [secret, bytes.toString('base64'), bytes.toString('hex'), inspect(bytes).slice('<Buffer '.length, -1)].join('|'),
    );
    const show = (value: unknown): string =>
      `${inspect(value, { depth: 8, showHidden: true, getters: true, maxStringLength: null })} ${JSON.stringify(value)}`;
    await using failing = await startServer((_request, response) => response.writeHead(500).end());
    for (const form of [secret, bytes, createSecretKey(bytes), () => secret, () => bytes]) {
      const clients = [
        attachedClient({ baseURL: failing.origin }, { secret: form }),
        seerClient('http', failing.origin, { secret: form }),
      ];
      for (const client of clients) {
        const { response, config } = await rejected(client.post('/', { a: 1 }, { viewerContext }));
        expect(response?.status).toBe(500);
        expect(show(config)).not.toMatch(forbidden);
        const invalid = await refusal(client.get('/', { viewerContext: { userId: 0 } }), 'ERR_INVALID_VIEWER_CONTEXT');
        const elsewhere = client.get('http://seer.invalid/', { viewerContext });
        const refused = await refusal(elsewhere, 'ERR_DESTINATION_NOT_ALLOWED');
        for (const error of [invalid, refused]) {
          expect(`${show(error)} ${String(error)}`).not.toMatch(forbidden);
        }
      }
    }
    expect(`${secret} ${bytes.toString('hex')}`).toMatch(forbidden); // control
    expect(failing.received).toHaveLength(10);
  });
});

describe('a static secret is checked when attaching', () => {
  const attaching = (secret: unknown) => {
    const client = axios.create({ baseURL: 'https://seer.internal' });
    return {
      attach: () => attachViewerContext(client, { secret: secret as string }),
      isFree: () => {
        expect(() => attachViewerContext(client, { secret: SECRET })).not.toThrow();
      },
    };
  };

  it.each<[string, unknown]>([
    ['only whitespace', ' \n'],
    ['a line end', 'secret-471147\n'],
    ['a space before', ' secret-471147'],
    ['a no-break space after', 'secret-471147\u00a0'],
    ['a byte order mark before', '\ufeffsecret-471147'],
    ['a byte order mark after', 'secret-471147\ufeff'],
    ['a line end, as bytes', Buffer.from('secret-471147\n')],
    ['a byte order mark, as bytes', Buffer.from('\ufeffsecret-471147')],
    ['no bytes', new Uint8Array(0)],
    ['no bytes, as an ArrayBuffer', new ArrayBuffer(0)],
    ['bytes that have been wiped', Buffer.alloc(32)],
    ['a KeyObject of a line end', createSecretKey(Buffer.from('secret-471147\n'))],
    ['a public KeyObject', generateKeyPairSync('ed25519').publicKey],
    ['a private KeyObject', generateKeyPairSync('ed25519').privateKey],
  ])('%s: ERR_INVALID_SECRET, without showing it', (_name, secret) => {
    const { attach, isFree } = attaching(secret);
    expect(attach).toThrow(coded('ERR_INVALID_SECRET', 'secret'));
    expect(attach).not.toThrow('471147');
    isFree();
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a number', 471147],
    ['a boolean', true],
    ['a list of secrets', ['secret-471147']],
    ['an object', { secret: 'secret-471147' }],
    ['a promise', Promise.resolve('secret-471147')],
    ['a URL', new URL('https://secret-471147')],
    ['a boxed string', new String('secret-471147')],
  ])('%s: a TypeError, without showing it', (_name, secret) => {
    const { attach, isFree } = attaching(secret);
    expect(attach).toThrow(TypeError);
    expect(attach).toThrow('options.secret ');
    expect(attach).not.toThrow('471147');
    isFree();
  });

  it('a CryptoKey: a TypeError', async () => {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    const { attach } = attaching(await webcrypto.subtle.importKey('raw', encoded(SECRET), algorithm, true, ['sign']));
    expect(attach).toThrow(TypeError);
  });

  it('having no secret has to be stated explicitly', () => {
    const client = axios.create();
    expect(() => attachViewerContext(client, {} as { secret: string })).toThrow('options.secret is missing');
    expect(() => attachViewerContext(client, { secret: undefined })).not.toThrow();
  });

  it('random bytes can end in a line end, or begin with what looks like a byte order mark', () => {
    for (const bytes of [
      [0xff, 0x80, 0x0a],
      [0xff, 0xfe, 0x41],
      [0, 0, 1],
    ]) {
      const { attach } = attaching(Uint8Array.from(bytes));
      expect(attach).not.toThrow();
    }
  });
});
