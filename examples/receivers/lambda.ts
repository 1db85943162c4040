/**
 * AWS Lambda behind API Gateway, for events of a REST API (version 1) and of an HTTP API (version 2). The body is text, or
 * base64, or `null`, or left out.
 */
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2, APIGatewayProxyResult } from 'aws-lambda';
import { createService, type ReceiverOptions } from './service.js';
import { answerTo, MAX_BODY, readBody, Refusal, verifyRequest, viewerStorage } from './verified-request.js';

type Event = Pick<APIGatewayProxyEvent | APIGatewayProxyEventV2, 'headers' | 'body' | 'isBase64Encoded'> &
  Partial<Pick<APIGatewayProxyEvent, 'multiValueHeaders'>>;

/**
 * Names in lower case, since a REST API passes them on as they were sent. If a header was sent twice, its values are
 * joined, so that it is refused.
 */
function readHeaders({ headers, multiValueHeaders }: Event): Record<string, string> {
  const joined: Record<string, string> = {};
  // Either may be null. If a header was sent twice, `headers` holds only the last value.
  for (const [name, value] of Object.entries({ ...headers, ...multiValueHeaders })) {
    const key = name.toLowerCase();
    joined[key] = [joined[key], value].flat().filter(Boolean).join(', ');
  }
  return joined;
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
      const viewer = verifyRequest(headers, raw, options.secrets());
      const body = await readBody(headers, raw);
      return reply(200, await viewerStorage.run(viewer, () => serve(body)));
    } catch (error) {
      const { status, body } = answerTo(error);
      return reply(status, body);
    }
  };
}
