import { execFile } from 'node:child_process';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createSeerClient, type SeerClient } from 'axios-viewer-context';
import { describeNegativeControl } from './support/negative-control.js';
import { establishViewer, isBodySigned, SECRET } from './support/receiver.js';
import { startServer } from './support/server.js';

describeNegativeControl();

const viewerContext = { organizationId: 1, userId: 2 };
const received = { organization_id: 1, user_id: 2 };
type Agents = { httpAgent: http.Agent; httpsAgent: https.Agent };

type Options = http.AgentOptions & { proxyEnv?: unknown };
const optionsOf = (agent: http.Agent): Options => (agent as unknown as { options: Options }).options;

const agentsOf = (client: SeerClient): Agents => client.defaults as Agents;

describe("the Seer client's own agents", () => {
  it('are one for each client and scheme', () => {
    const all = [createSeerClient(), createSeerClient()].map(agentsOf);
    const agents = all.flatMap(({ httpAgent, httpsAgent }) => [httpAgent, httpsAgent]);
    expect(new Set([...agents, http.globalAgent, https.globalAgent]).size).toBe(6);
    for (const { httpAgent, httpsAgent } of all) {
      expect(httpAgent).toBeInstanceOf(http.Agent);
      expect(httpsAgent).toBeInstanceOf(https.Agent);
    }
  });

  it("have the options of Node's global agents, but for its proxy", () => {
    const { httpAgent, httpsAgent } = agentsOf(createSeerClient());
    for (const [agent, globalAgent] of [
      [httpAgent, http.globalAgent],
      [httpsAgent, https.globalAgent],
    ] as const) {
      const { keepAlive, scheduling, timeout } = optionsOf(globalAgent);
      expect(optionsOf(agent)).toMatchObject({ keepAlive, scheduling, timeout });
      expect(keepAlive).toBe(true);
      expect(optionsOf(agent).proxyEnv).toBeUndefined();
    }
  });

  it('serialize to nothing, so that no error shows the requests in flight', () => {
    expect(JSON.stringify(agentsOf(createSeerClient()).httpAgent)).toBeUndefined();
    expect(JSON.stringify({ ...agentsOf(createSeerClient()) })).not.toMatch(/Agent|sockets/);
  });

  it('are replaced one by one', () => {
    const httpAgent = new http.Agent();
    const httpsAgent = new https.Agent();
    expect(agentsOf(createSeerClient({ httpAgent })).httpAgent).toBe(httpAgent);
    expect(agentsOf(createSeerClient({ httpAgent })).httpsAgent).toBeInstanceOf(https.Agent);
    expect(agentsOf(createSeerClient({ httpsAgent })).httpsAgent).toBe(httpsAgent);
    expect(agentsOf(createSeerClient({ httpsAgent, httpAgent: undefined })).httpAgent).not.toBe(http.globalAgent);
  });

  it('keep the connection', async () => {
    const ports: unknown[] = [];
    await using server = await startServer((_request, response) => {
      ports.push(response.socket?.remotePort);
      response.end('{}');
    });
    const seer = createSeerClient({ baseURL: server.origin, secret: SECRET });
    for (let n = 0; n < 3; n += 1) await seer.post('/', { n }, { viewerContext });
    expect(new Set(ports).size).toBe(1);
    expect(server.received.every((request) => isBodySigned(request))).toBe(true);
  });
});

describe('a process with a Seer client', () => {
  const run = (env: Record<string, string>): Promise<{ stdout: string }> =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', join(__dirname, 'support/seer-process.ts')], {
      env: { ...process.env, SEER_API_SHARED_SECRET: SECRET, ...env },
      timeout: 60_000,
    });

  it('ends by itself, with a connection that is kept', async () => {
    await using server = await startServer();
    expect((await run({ SEER_URL: server.origin })).stdout).toBe('seer 200\n');
    expect(establishViewer(server.last())).toEqual(received);
  });

  // From Node 22.21 and 24.5 on.
  const itIfNodeObeysProxies = process.allowedNodeEnvironmentFlags.has('--use-env-proxy') ? it : it.skip;

  itIfNodeObeysProxies("uses no proxy of the environment, although Node's global agent does", async () => {
    await using server = await startServer();
    await using proxy = await startServer();
    const env = {
      NODE_USE_ENV_PROXY: '1',
      HTTP_PROXY: proxy.origin,
      http_proxy: proxy.origin,
      NO_PROXY: '',
      no_proxy: '',
    };
    expect((await run({ SEER_URL: server.origin, ...env, CONTROL: '1' })).stdout).toBe('control 200\nseer 200\n');
    expect(proxy.received.map(({ url }) => url)).toEqual([`${server.origin}/control`]); // the control: Node obeys it
    expect(server.received.map((request) => establishViewer(request))).toEqual([received]);
  });
});
