import { inspect } from 'node:util';
import type { AxiosInstance, AxiosRequestConfig } from 'axios';
import { FEATURES } from '../support/axios-features.js';
import { ADAPTERS, attachedClient, seerClient } from '../support/clients.js';
import { VIEWER_HEADERS } from '../support/format.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer } from '../support/receiver.js';
import { refusal, rejected } from '../support/rejection.js';
import { startServer, type TestServer } from '../support/server.js';

describeNegativeControl();

// Longer than a port, which is in the URL that errors show.
const viewerContext = { organizationId: 471147, userId: 471248 };
const SECRET = 'a-very-secret-word';
const VIEWER_NAMES = [...VIEWER_HEADERS, 'viewerContext'];

describe.each(ADAPTERS)('redaction, over the %s adapter', (adapter) => {
  let failing: TestServer;
  beforeEach(async () => {
    failing = await startServer((_request, response) => response.writeHead(500).end());
  });
  afterEach(() => failing[Symbol.asyncDispose]());

  const attached = (defaults: object = {}): AxiosInstance =>
    attachedClient({ adapter, baseURL: failing.origin, ...defaults }, { secret: SECRET });
  const seer = (defaults: object = {}): AxiosInstance =>
    seerClient(adapter, failing.origin, { secret: SECRET, ...defaults });
  const clients = [
    ['an attached client', attached],
    ['the Seer client', seer],
  ] as const;

  it.each(clients)('H12: JSON.stringify(error) shows neither the viewer nor a signature: %s', async (name, create) => {
    const error = await rejected(create().post('/', {}, { viewerContext }));
    // A pair's signature is a header of its own. A token is one header, and shows its viewer to anyone who decodes it.
    const signature = failing.last().headers[VIEWER_HEADERS.at(-1)!.toLowerCase()] as string;
    const bodySignature = failing.last().headers.authorization;
    expect(establishViewer(failing.last(), SECRET)).toEqual({ organization_id: 471147, user_id: 471248 });
    expect(bodySignature === undefined).toBe(name === 'an attached client');
    const shown = JSON.stringify(error);
    if (FEATURES.redact) {
      expect(shown).not.toMatch(/471147|471248|[0-9a-f]{64}/);
      for (const part of signature.split('.')) expect(shown).not.toContain(part);
    } else {
      // The documentation says so.
      expect(shown).toContain('471147');
      expect(shown).toContain(signature);
      expect(shown).toContain(bodySignature ?? '');
    }
  });

  it.each(clients)(
    "H12: what the caller has redacted stays redacted, in the request's list: %s",
    async (_name, create) => {
      const config: AxiosRequestConfig = { viewerContext, headers: { 'x-mine': 'hidden' } };
      Object.assign(config, { redact: ['x-mine', 'X-Viewer-Context'] });
      const error = await rejected(create().get('/', config));
      expect(JSON.stringify(error).includes('hidden')).toBe(!FEATURES.redact);
      const names = (error.config as unknown as { redact: string[] }).redact;
      expect(names).toEqual(expect.arrayContaining(['x-mine', ...VIEWER_NAMES]));
      expect(new Set(names).size).toBe(names.length);
      expect(config).toHaveProperty('redact', ['x-mine', 'X-Viewer-Context']);
    },
  );

  it.each(clients)("H12: and in the instance's list, which is not changed: %s", async (_name, create) => {
    const redact = ['x-mine'];
    const client = create({ redact, headers: { 'x-mine': 'hidden' } });
    const error = await rejected(client.get('/', { viewerContext }));
    expect(redact).toEqual(['x-mine']);
    expect(JSON.stringify(error).includes('hidden')).toBe(!FEATURES.redact);
    expect(error.config).toHaveProperty('redact', expect.arrayContaining(['x-mine', ...VIEWER_NAMES]));
  });

  it('the names are those that were signed, and viewerContext', async () => {
    const redactOf = async (client: AxiosInstance, context: object | null): Promise<unknown> => {
      const error = await rejected(client.get('/', { viewerContext: context }));
      return (error.config as unknown as { redact?: unknown }).redact;
    };
    expect(await redactOf(attached(), viewerContext)).toEqual(VIEWER_NAMES);
    expect(await redactOf(seer(), viewerContext)).toEqual([...VIEWER_HEADERS, 'Authorization', 'viewerContext']);
    expect(await redactOf(seer(), null)).toEqual(['Authorization', 'viewerContext']);
    expect(await redactOf(attached(), null)).toBeUndefined();
  });

  it('H12: without a secret too, the viewer is not shown', async () => {
    const keyless = { secret: '', logger: { warn: () => undefined } };
    const baseURL = failing.origin;
    for (const client of [attachedClient({ adapter, baseURL }, keyless), seerClient(adapter, baseURL, keyless)]) {
      const error = await rejected(client.get('/', { viewerContext }));
      expect(error.config).toHaveProperty('redact', ['viewerContext']);
      expect(JSON.stringify(error).includes('471147')).toBe(!FEATURES.redact);
    }
  });

  it('a retry adds no name twice', async () => {
    for (const client of [attached(), seer()]) {
      const first = await rejected(client.get('/', { viewerContext }));
      const second = await rejected(client.request(first.config!));
      expect(second.config).toHaveProperty('redact', (first.config as unknown as { redact: unknown }).redact);
    }
  });

  it.each(clients)(
    'H12: nothing in an error shows the secret, however closely one looks: %s',
    async (_name, create) => {
      const errors = [
        await rejected(create().post('/', {}, { viewerContext })),
        await refusal(create().get('http://127.0.0.1:1/', { viewerContext }), 'ERR_DESTINATION_NOT_ALLOWED'),
      ];
      for (const error of errors) {
        const shown = inspect(error, { depth: 12, showHidden: true, maxArrayLength: null });
        expect(shown).not.toContain(SECRET);
        expect(shown).not.toContain(Buffer.from(SECRET).toString('hex'));
        expect(JSON.stringify(error)).not.toContain(SECRET);
      }
    },
  );
});
