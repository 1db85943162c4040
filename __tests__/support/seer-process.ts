// A program that calls Seer once; with CONTROL, it first makes a request with Node's global agent.
import http from 'node:http';
import { createSeerClient } from 'axios-viewer-context';

const { SEER_URL: baseURL = '', CONTROL: hasControl } = process.env;

async function main(): Promise<void> {
  if (hasControl !== undefined) {
    const status = await new Promise((resolve) =>
      http.get(`${baseURL}/control`, (response) => {
        response.resume();
        resolve(response.statusCode);
      }),
    );
    console.log('control', status);
  }
  const seer = createSeerClient({ baseURL });
  const { status } = await seer.post('/', {}, { viewerContext: { organizationId: 1, userId: 2 } });
  console.log('seer', status);
}

void main();
