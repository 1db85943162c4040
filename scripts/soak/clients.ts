import axios, { type AxiosAdapter, type AxiosInstance } from 'axios';
import type { Agent } from 'node:http';
import { attachViewerContext, createSeerClient } from 'axios-viewer-context';
import { NOTES } from './notes.js';
import { secretsNow } from './secrets.js';
import type { Tally } from './tally.js';

/** What the clients send through, and where. */
interface Transport {
  readonly adapter: AxiosAdapter | 'http' | 'fetch';
  readonly baseURL: string;
  readonly httpAgent?: Agent;
}

/** Every kind of client: of both formats, an existing client with the plugin attached, and the Seer client. */
export function createClients(transport: Transport, tally: Tally): AxiosInstance[] {
  return (['pair', 'jwt'] as const).flatMap((format) => {
    const defaults = { ...transport, headers: { [NOTES.format]: format } };

    const attached = axios.create({ ...defaults, proxy: false }); // not through a proxy from the environment
    attachViewerContext(attached, { format, secret: () => Promise.resolve(secretsNow(tally).current) });

    const seer = createSeerClient({ ...defaults, format, secret: () => secretsNow(tally).current });
    return [attached, seer];
  });
}
