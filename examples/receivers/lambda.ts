/**
 * AWS Lambda behind API Gateway, for events from a REST API (version 1) and an HTTP API (version 2). The body is text,
 * base64, `null` or left out.
 */
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2, APIGatewayProxyResult } from 'aws-lambda';
import { createService, type ReceiverOptions } from './service.js';
import { MAX_BODY, readBody, Refusal, responseTo, verifyRequest, viewerStorage } from './verified-request.js';

type Event = Pick<APIGatewayProxyEvent | APIGatewayProxyEventV2, 'headers' | 'body' | 'isBase64Encoded'> &
  Partial<Pick<APIGatewayProxyEvent, 'multiValueHeaders'>>;

const VERIFIED_HEADERS = ['authorization', 'x-viewer-context', 'x-viewer-context-signature'];

/**
 * Puts names in lower case, because a REST API passes them on as they were sent. A verified header that was sent twice
 * is refused, even if one copy is empty. The values of any other repeated header are joined.
 */
function readHeaders({ headers, multiValueHeaders }: Event): Record<string, string> {
  const received = new Map<string, string[]>();
  // Either can be null. If a header was sent twice, `headers` contains only the last value.
  for (const [name, value = []] of Object.entries({ ...headers, ...multiValueHeaders })) {
    const key = name.toLowerCase();
    received.set(key, [...(received.get(key) ?? []), value].flat());
  }
  const isRepeated = VERIFIED_HEADERS.some((name) => (received.get(name) ?? []).length > 1);
  if (isRepeated) throw new Refusal(401, undefined, 'ERR_MALFORMED_HEADER');
  return Object.fromEntries([...received].map(([name, values]) => [name, values.join(', ')]));
}

const reply = (statusCode: number, content: object): APIGatewayProxyResult => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(content),
});

/** In the file that Lambda loads: `export const handler = createHandler({ … });`. */
export function createHandler(options: ReceiverOptions): (event: Event) => Promise<APIGatewayProxyResult> {
  const serve = createService(options);

  return async (event) => {
    try {
      const raw = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
      if (raw.length > MAX_BODY) throw new Refusal(413);
      const headers = readHeaders(event);
      const viewer = verifyRequest(headers, raw, options);
      const body = await readBody(headers, raw);
      return reply(200, await viewerStorage.run(viewer, () => serve(body)));
    } catch (error) {
      const { status, body } = responseTo(error);
      return reply(status, body);
    }
  };
}
