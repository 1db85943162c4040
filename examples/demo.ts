/**
 * Sends signed viewers to a stand-in for Seer that runs in this process, and shows what it makes of them.
 *
 * Set SEER_URL and SEER_API_SHARED_SECRET to point it at a real Seer.
 */
import axios, { type AxiosInstance, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import { attachViewerContext, createSeerClient } from 'axios-viewer-context';
import { keyId, signBody, signViewerContext, type Viewer, type ViewerContext } from 'axios-viewer-context/protocol';
import { startSeerServer, type SeerAnswer } from './seer-server.js';

const PATH = '/v1/automation/autofix/state';
const OUR_HEADERS = ['X-Viewer-Context', 'X-Viewer-Context-Signature', 'Authorization'];

/** Runs the demo and returns whether everything went as it should. */
export async function runDemo(env: Partial<Record<string, string>>, print: (line: string) => void): Promise<boolean> {
  // An empty variable is an unset one.
  const realUrl = env['SEER_URL'] === '' ? undefined : env['SEER_URL'];
  const realSecret = env['SEER_API_SHARED_SECRET'] === '' ? undefined : env['SEER_API_SHARED_SECRET'];
  if (realUrl !== undefined && realSecret === undefined) {
    print('The demo failed: SEER_URL is set, so SEER_API_SHARED_SECRET must be the secret of that Seer.');
    return false;
  }
  const secret = realSecret ?? 'a secret for this demo only';
  const standIn = realUrl === undefined ? await startSeerServer(secret) : undefined;
  const url = realUrl ?? standIn?.url ?? '';
  try {
    print(
      `${standIn !== undefined ? 'A stand-in for Seer' : 'Seer'} at ${url}, shared secret with key id ${keyId(secret)}`,
    );
    const unexpected = await showAccepted(url, secret, print);
    const accepted = await showRefused(url, secret, print);
    // A real Seer may take an unsigned body, so there just see what it says; the stand-in must refuse all of them.
    if (standIn !== undefined) unexpected.push(...accepted);
    if (unexpected.length > 0) {
      print(`\nThe demo failed: ${unexpected.join('; ')}.`);
      return false;
    }
    return true;
  } catch (error) {
    print(`The demo failed: ${error instanceof Error ? error.message || error.name : String(error)}`);
    return false;
  } finally {
    await standIn?.close();
  }
}

async function showAccepted(url: string, secret: string, print: (line: string) => void): Promise<string[]> {
  const seer = createSeerClient({ baseURL: url, secret, validateStatus: null });
  const plain = axios.create({ baseURL: url, proxy: false, timeout: 30_000, validateStatus: null });
  // The plain client signs no body; a Seer that demands it gets the signature by hand, over the exact text that is sent.
  attachViewerContext(plain, { secret });
  const body = JSON.stringify({ group_id: 1 });
  const signedByHand = { 'content-type': 'application/json', Authorization: signBody(body, secret) };

  const calls: [
    title: string,
    client: AxiosInstance,
    viewerContext: ViewerContext | null,
    config: AxiosRequestConfig,
  ][] = [
    ['Seer client, POST for an organization', seer, { organizationId: 42 }, { method: 'post', data: { group_id: 1 } }],
    ['Seer client, POST for a user', seer, { userId: '7' }, { method: 'post', data: { group_id: 1 } }],
    ['Seer client, POST for both', seer, { organizationId: 42, userId: 7 }, { method: 'post', data: { group_id: 1 } }],
    ['Seer client, GET for both', seer, { organizationId: 42, userId: 7 }, { method: 'get' }],
    ['Seer client, POST for nobody', seer, null, { method: 'post', data: { group_id: 1 } }],
    [
      'Plain client with the plugin, POST for both',
      plain,
      { organizationId: 42, userId: 7 },
      { method: 'post', data: body, headers: signedByHand },
    ],
  ];
  const unexpected: string[] = [];
  for (const [title, client, viewerContext, config] of calls) {
    const response = await client.request<SeerAnswer>({ url: PATH, ...config, viewerContext });
    print(`\n${title}`);
    for (const name of OUR_HEADERS) {
      const value = response.config.headers.get(name);
      print(`  ${name}: ${value == null ? '(not sent)' : abbreviate(String(value))}`);
    }
    print(`  -> ${String(response.status)}, ${describe(response)}`);
    // A real Seer may answer this path otherwise, but never that the signature is wrong.
    if (response.status === 401) unexpected.push(`${title} was refused`);
  }
  return unexpected;
}

async function showRefused(url: string, secret: string, print: (line: string) => void): Promise<string[]> {
  const bare = axios.create({ baseURL: url, proxy: false, timeout: 30_000, validateStatus: null });
  const body = JSON.stringify({ group_id: 1 });
  const viewer = signViewerContext({ organizationId: 42, userId: 7 }, secret);
  const tampered = { ...viewer, 'X-Viewer-Context': '{"organization_id":43,"user_id":7}' };
  const forgeries: [title: string, headers: Record<string, string>][] = [
    ['A tampered context', { ...tampered, Authorization: signBody(body, secret) }],
    [
      'Another secret',
      {
        ...signViewerContext({ organizationId: 42 }, 'not the secret'),
        Authorization: signBody(body, 'not the secret'),
      },
    ],
    ['An unsigned body', viewer],
  ];
  const accepted: string[] = [];
  print('\nForged by hand:');
  for (const [title, headers] of forgeries) {
    const response = await bare.post<SeerAnswer>(PATH, body, {
      headers: { ...headers, 'content-type': 'application/json' },
    });
    print(`\n${title}\n  -> ${String(response.status)}, ${describe(response)}`);
    if (response.status === 200) accepted.push(`${title} was accepted`);
  }
  return accepted;
}

function describe({ data }: AxiosResponse<SeerAnswer>): string {
  const { viewer, refused } = Object(data) as SeerAnswer;
  if (refused !== undefined) return `refused. ${refused}`;
  if (viewer === undefined) return 'without saying for whom';
  return `Seer established: ${viewer === null ? 'nobody' : describeViewer(viewer)}`;
}

function describeViewer({ organizationId, userId }: Viewer): string {
  const parts = [organizationId && `organization ${String(organizationId)}`, userId && `user ${String(userId)}`];
  return parts.filter(Boolean).join(', ');
}

/** A signature can be used by whoever reads it: show just enough to compare. */
function abbreviate(value: string): string {
  return value.replace(/([0-9a-f]{8})[0-9a-f]{56}/, '$1… (64 digits)');
}

if (process.argv[1]?.endsWith('demo.ts')) {
  process.stdout.on('error', () => process.exit(1)); // nobody reads on, as with `| head`
  void runDemo(process.env, (line) => {
    process.stdout.write(`${line}\n`);
  }).then((passed) => {
    process.exitCode = passed ? 0 : 1;
  });
}
