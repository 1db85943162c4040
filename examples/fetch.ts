/** fetch, or any client other than axios: sign by hand, and send exactly what was signed. */
import { signBody, signViewerContext } from 'axios-viewer-context/protocol';
import { startSeerServer } from './seer-server.js';

const secret = process.env['SEER_API_SHARED_SECRET'] ?? 'a secret for this example only';

async function main(): Promise<void> {
  const seer = await startSeerServer(secret);
  const body = JSON.stringify({ group_id: 1 });
  const response = await fetch(`${seer.url}/v1/automation/autofix/state`, {
    method: 'POST',
    body, // the text that was signed, not an object that is serialized again
    redirect: 'error', // the pair must not follow to another host
    headers: {
      'content-type': 'application/json;charset=utf-8',
      Authorization: signBody(body, secret),
      ...signViewerContext({ organizationId: 42, userId: 7 }, secret),
    },
  });
  console.log(response.status, await response.text());
  await seer.close();
}

void main();
