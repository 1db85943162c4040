/** fetch, or any client other than axios: sign by hand, and send exactly what was signed. */
import { signBody, signViewerContext } from 'axios-viewer-context/protocol';

const secret = process.env['SEER_API_SHARED_SECRET'] ?? '';
const url = process.env['SEER_URL'] ?? 'http://127.0.0.1:9091'; // where `axios-viewer-context serve` listens

async function main(): Promise<void> {
  const body = JSON.stringify({ group_id: 1 });
  const response = await fetch(`${url}/v1/automation/autofix/state`, {
    method: 'POST',
    body, // the string that was signed, not an object that is serialized again
    redirect: 'error', // the pair must not follow a redirect to another host
    headers: {
      'content-type': 'application/json;charset=utf-8',
      Authorization: signBody(body, secret),
      ...signViewerContext({ organizationId: 42, userId: 7 }, secret),
    },
  });
  console.log(response.status, await response.text());
}

void main();
