/**
 * The web's `Request` and `Response`, for every server that accepts such a handler: Next.js, Hono, Bun, Deno and
 * Workers. It reads the raw bytes of each request, verifies the body and the viewer, and only then parses.
 */
import { createService, type ReceiverOptions } from './service.js';
import { MAX_BODY, readBody, Refusal, responseTo, verifyRequest, viewerStorage } from './verified-request.js';

export function createHandler(options: ReceiverOptions): (request: Request) => Promise<Response> {
  const serve = createService(options);

  return async (request) => {
    try {
      const raw = await readRawBytes(request);
      const headers = Object.fromEntries(request.headers);
      const viewer = verifyRequest(headers, raw, options);
      const body = await readBody(headers, raw);
      return Response.json(await viewerStorage.run(viewer, () => serve(body)));
    } catch (error) {
      const { status, body } = responseTo(error);
      return Response.json(body, { status });
    }
  };
}

/** `request.arrayBuffer()` has no limit. */
async function readRawBytes({ body, bodyUsed }: Request): Promise<Uint8Array> {
  if (bodyUsed) throw new Error('The body was read before it could be verified.'); // it would look empty
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    // Read to the end, even if the body is too large, because servers close the connection when a handler stops
    // reading, and the response can be lost.
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
