/** Runs the checks in Node, Bun or Deno. */
import process from 'node:process';
import { runChecks } from './checks.mjs';

const { Bun, Deno } = globalThis;

/** Serves the example of a receiver as this runtime does it. */
async function serveExample(options) {
  const { createHandler } = await import(process.env.EXAMPLE);
  const { url, close } = await serve(createHandler(options));
  return { send: (request) => fetch(url, request), close };
}

async function serve(handler) {
  const where = { hostname: '127.0.0.1', port: 0 };
  if (Bun !== undefined) {
    const server = Bun.serve({ ...where, fetch: handler });
    return { url: server.url, close: () => server.stop(true) };
  }
  if (Deno !== undefined) {
    const server = Deno.serve({ ...where, onListen: () => undefined }, handler);
    return { url: `http://127.0.0.1:${server.addr.port}`, close: () => server.shutdown() };
  }
  const hono = await import('@hono/node-server');
  const server = await new Promise((resolve) => {
    const started = hono.serve({ ...where, fetch: handler }, () => resolve(started));
  });
  const close = () => server.close().closeAllConnections();
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

await runChecks(JSON.parse(process.env.TASK), serveExample, (line) => console.log(line));
