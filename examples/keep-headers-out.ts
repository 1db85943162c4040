/**
 * A receiver that keeps the viewer headers out of its log (pino-http) and its error tracking (Sentry's SDK 11). A pair
 * never expires, so anyone who reads it in a log can use it. `--unprotected` shows what happens without the two
 * settings.
 */
import { Writable } from 'node:stream';
import * as Sentry from '@sentry/node';
import { signBody, signViewerContext } from 'axios-viewer-context/protocol';
import { pinoHttp } from 'pino-http';

const isProtected = !process.argv.includes('--unprotected');
const secret = process.env['SEER_API_SHARED_SECRET'] ?? 'a secret for this example only';

// Keeps everything that would leave this process, so that it can be inspected.
const reported: string[] = [];
const logged: string[] = [];
const transport = () => ({
  send: (envelope: unknown) => Promise.resolve({ statusCode: reported.push(JSON.stringify(envelope)) }),
  flush: () => Promise.resolve(true),
});
const log = new Writable({
  write(line, _encoding, done) {
    logged.push(String(line));
    done();
  },
});

Sentry.init({
  dsn: 'http://public@localhost/1',
  tracesSampleRate: 1,
  transport,
  // Matches every header whose name contains this text. Authorization is left out by default.
  ...(isProtected && { dataCollection: { httpHeaders: { request: { deny: ['x-viewer-context'] } } } }),
});

const redact = ['x-viewer-context', 'x-viewer-context-signature', 'authorization'].map(
  (name) => `req.headers["${name}"]`,
);
const logRequest = pinoHttp({ ...(isProtected && { redact }) }, log);

async function main(): Promise<void> {
  const { listen } = await import('./listen.js'); // after Sentry, which instruments node:http
  const server = await listen((request, response) => {
    logRequest(request, response);
    Sentry.captureException(new Error('something went wrong'));
    response.end();
  });
  const signed = {
    ...signViewerContext({ organizationId: 42, userId: 7 }, secret),
    Authorization: signBody('', secret),
  };
  await fetch(server.url, { headers: signed });
  await Sentry.flush(2000);
  await server.close();

  const values = Object.values(signed).map((value) => JSON.stringify(value).slice(1, -1));
  const describe = (texts: string[]): string =>
    values.some((value) => texts.join().includes(value)) ? 'kept' : 'left out';
  console.log(`lines logged: ${String(logged.length)}, viewer headers ${describe(logged)}`);
  console.log(`reports to Sentry: ${String(reported.length)}, viewer headers ${describe(reported)}`);
}

void main();
