import http from 'node:http';
import https from 'node:https';

/**
 * The options of Node's global agents. Connections are kept alive, and closed after 5 s (in ms here) without a request.
 */
const AGENT_OPTIONS = { keepAlive: true, scheduling: 'lifo', timeout: 5_000 } as const;

/** The agents of one Seer client. */
export interface SeerAgents {
  readonly httpAgent: http.Agent;
  readonly httpsAgent: https.Agent;
}

/**
 * Creates agents for one Seer client. Node's global agents are not used, because they can obey the proxy variables of
 * the environment (`NODE_USE_ENV_PROXY`, Node 22.21 and 24.5) whatever axios is told, and because other clients share
 * them.
 *
 * Idle connections do not keep the process alive.
 */
export function createSeerAgents(): SeerAgents {
  return {
    httpAgent: hiddenFromJson(new http.Agent(AGENT_OPTIONS)),
    httpsAgent: hiddenFromJson(new https.Agent(AGENT_OPTIONS)),
  };
}

/** An agent keeps the requests in flight, with their headers, which `JSON.stringify(error)` must not show. */
function hiddenFromJson<Agent extends http.Agent>(agent: Agent): Agent {
  return Object.assign(agent, { toJSON: () => undefined });
}
