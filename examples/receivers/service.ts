import { createSeerClient } from 'axios-viewer-context';
import { viewerStorage, type Verification } from './verified-request.js';

/** How each receiver is started. The first of its secrets signs the calls to the next service. */
export interface ReceiverOptions extends Verification {
  /** The address of the next service. */
  readonly nextUrl: string;
}

/** Returns the response: the viewer of the request, the length of its JSON, and the response of the next service. */
export type Service = (body: unknown) => Promise<object>;

/** The service behind each receiver. It calls the next service on behalf of the current viewer, without passing it. */
export function createService({ secrets, nextUrl }: ReceiverOptions): Service {
  const seer = createSeerClient({
    baseURL: nextUrl,
    secret: () => secrets()[0],
    onMissingSecret: 'throw',
    format: 'jwt', // a viewer from a token can have more fields than a pair can carry
    defaultViewerContext: () => viewerStorage.getStore(),
    onMissingViewerContext: 'throw', // outside a request there is no store, which is a mistake
  });
  return async (body) => {
    const { data } = await seer.get<unknown>('/v1/models');
    const received = body === undefined ? null : JSON.stringify(body).length;
    return { viewer: viewerStorage.getStore(), received, next: data };
  };
}
