/**
 * An Express server that verifies the viewer of each request, keeps it in AsyncLocalStorage, and carries it on to the next
 * service, so that no call has to name it, and none can forget to.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type Response } from 'express';
import { createSeerClient } from 'axios-viewer-context';
import {
  isViewerContextError,
  signViewerContext,
  verifyViewerContext,
  type Viewer,
} from 'axios-viewer-context/protocol';
import { startSeerServer } from './seer-server.js';

const secret = process.env['SEER_API_SHARED_SECRET'] ?? 'a secret for this example only';
const storage = new AsyncLocalStorage<Viewer | null>();

/** Lets only verified viewers in. */
function establishViewer(request: Request, response: Response, next: NextFunction): void {
  try {
    const viewer = verifyViewerContext(request.headers, { secrets: [secret] });
    storage.run(viewer, next);
  } catch (error) {
    if (!isViewerContextError(error)) throw error;
    response.status(401).json({ code: error.code });
  }
}

async function main(): Promise<void> {
  const nextService = await startSeerServer(secret);
  const seer = createSeerClient({
    baseURL: nextService.url,
    secret,
    defaultViewerContext: () => storage.getStore(),
  });

  const app = express();
  app.use(establishViewer);
  app.get('/models', async (_request, response) => {
    const { data } = await seer.get<unknown>('/v1/models'); // for the viewer of this request
    response.json(data);
  });
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => {
      resolve(listening);
    });
  });

  // Three users at once, a request without a viewer, and one signed with another secret.
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/models`;
  const ask = async (who: string, headers: Record<string, string>): Promise<string> => {
    const response = await fetch(url, { headers });
    return `${who}: ${String(response.status)} ${await response.text()}`;
  };
  const users = [1, 2, 3].map((userId) => ask(`user ${String(userId)}`, signViewerContext({ userId }, secret)));
  for (const line of await Promise.all(users)) console.log(line);
  console.log(await ask('no viewer', {}));
  console.log(await ask('forged', signViewerContext({ userId: 1 }, 'not the secret')));

  server.close();
  await nextService.close();
}

void main();
