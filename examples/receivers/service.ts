import { createSeerClient } from 'axios-viewer-context';
import { viewerStorage, type Verification } from './verified-request.js';

/** How each receiver is started. The first of its secrets signs the calls to the next service. */
export interface ReceiverOptions extends Verification {
  /** The address of the next service. */
  readonly nextUrl: string;
}

/** What a service answers: who the request is for, how long its JSON was, and what the next service said. */
export type Service = (body: unknown) => Promise<object>;

/** The service behind each receiver. It calls the next service for the current viewer, which it does not have to pass. */
export function createService({ secrets, nextUrl }: ReceiverOptions): Service {
  const seer = createSeerClient({
    baseURL: nextUrl,
    secret: () => secrets()[0],
    onMissingSecret: 'throw',
    format: 'jwt', // a viewer from a token may hold more than a pair can carry
    defaultViewerContext: () => viewerStorage.getStore(),
    onMissingViewerContext: 'throw', // outside a request there is no store: a mistake, and not "no viewer"
  });
  return async (body) => {
    const { data } = await seer.get<unknown>('/v1/models');
    const received = body === undefined ? null : JSON.stringify(body).length;
    return { viewer: viewerStorage.getStore(), received, next: data };
  };
}
