/**
 * A Next.js route handler. It uses only the web's Request and Response, so any server for `fetch` handlers on Node can
 * serve it. In `route.ts`: `export const { GET, POST, DELETE } = createRoute({ … });`.
 */
import { createService, type ReceiverOptions } from './service.js';
import { answerTo, MAX_BODY, readBody, Refusal, verifyRequest, viewerStorage } from './verified-request.js';

type Handler = (request: Request) => Promise<Response>;

export function createRoute(options: ReceiverOptions): Record<'GET' | 'POST' | 'DELETE', Handler> {
  const serve = createService(options);

  async function receive(request: Request): Promise<Response> {
    try {
      const raw = await readRawBytes(request);
      const headers = Object.fromEntries(request.headers);
      const viewer = verifyRequest(headers, raw, options.secrets());
      const body = await readBody(headers, raw);
      return Response.json(await viewerStorage.run(viewer, () => serve(body)));
    } catch (error) {
      const { status, body } = answerTo(error);
      return Response.json(body, { status });
    }
  }
  return { GET: receive, POST: receive, DELETE: receive };
}

/** `request.arrayBuffer()` has no limit. */
async function readRawBytes({ body }: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    // Read to the end, even if it is too large: servers close the connection where a handler stops reading, and the
    // answer may be lost.
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length <= MAX_BODY) chunks.push(chunk);
    }
  } catch (error) {
    throw new Refusal(400, error); // the upload was aborted
  }
  if (length > MAX_BODY) throw new Refusal(413);
  return Buffer.concat(chunks);
}
