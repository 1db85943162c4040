import { Session } from 'node:inspector/promises';

/** Whose code a frame is; Node's own and V8's count as that of whoever called them. */
function ownerOf({ url }) {
  if (url.includes('/node_modules/axios')) return 'axios';
  if (url.includes('/dist/esm/')) return 'this package';
  return undefined;
}

/**
 * Where the time of a request goes, by the samples of V8's profiler, in ns a request: by owner, and by function of this
 * package, with what it calls of Node.
 */
export async function profile(request, { warmUp = 20_000, requests = 60_000 } = {}) {
  for (let n = 0; n < warmUp; n += 1) await request();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 100 });
  await session.post('Profiler.start');
  const started = performance.now();
  for (let n = 0; n < requests; n += 1) await request();
  const nsPerRequest = ((performance.now() - started) * 1e6) / requests;
  const { profile: recorded } = await session.post('Profiler.stop');
  session.disconnect();

  const owners = { axios: 0, 'this package': 0, 'promises, collection, the loop itself': 0 };
  const functions = {};
  const nodes = new Map(recorded.nodes.map((node) => [node.id, node]));
  const nsPerSample = nsPerRequest / recorded.samples.length;
  const visit = (node, owner, functionName) => {
    const own = ownerOf(node.callFrame);
    const here = own ?? owner;
    const name = own === undefined ? functionName : node.callFrame.functionName || '(anonymous)';
    const ns = node.hitCount * nsPerSample;
    owners[here ?? 'promises, collection, the loop itself'] += ns;
    if (here === 'this package') functions[name] = (functions[name] ?? 0) + ns;
    for (const id of node.children ?? []) visit(nodes.get(id), here, name);
  };
  visit(recorded.nodes[0]);
  return { nsPerRequest, owners, functions };
}
