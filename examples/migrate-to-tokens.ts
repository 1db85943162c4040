/** From pairs to tokens: receivers first, then senders one by one, then receivers again. */
import axios from 'axios';
import { attachViewerContext, type ViewerContextFormat } from 'axios-viewer-context';
import { isViewerContextError, verifyViewerContext } from 'axios-viewer-context/protocol';
import { listen } from './listen.js';

const secret = process.env['SEER_API_SHARED_SECRET'] ?? 'a secret for this example only, of 32 bytes or more';

async function main(): Promise<void> {
  let formats: ViewerContextFormat[] = ['pair'];
  const receiver = await listen((request, response) => {
    try {
      const viewer = verifyViewerContext(request.headers, { secrets: [secret], formats });
      response.end(`user ${String(viewer?.userId)}`);
    } catch (error) {
      if (!isViewerContextError(error)) throw error;
      response.writeHead(401).end(error.code);
    }
  });

  const send = async (format: ViewerContextFormat): Promise<string> => {
    const client = axios.create({ baseURL: receiver.url, proxy: false, validateStatus: null });
    attachViewerContext(client, { secret, format });
    const { status, data } = await client.get<string>('/', { viewerContext: { userId: 7 } });
    return `${String(status)} ${data}`;
  };
  const show = async (): Promise<void> => {
    console.log(`accepting ${formats.join(' and ')}: pair ${await send('pair')}, token ${await send('jwt')}`);
  };

  await show(); // today
  formats = ['pair', 'jwt'];
  await show(); // 1. Receivers accept both. 2. Senders change to format: 'jwt', one by one, in any order.
  formats = ['jwt'];
  await show(); // 3. Receivers accept tokens only.
  await receiver.close();
}

void main();
