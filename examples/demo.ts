/** Sends signed viewers to a stand-in for Seer that runs in this process, and shows how it responds. */
import axios, { type AxiosResponse } from 'axios';
import { attachViewerContext, createSeerClient, type SeerClient, type ViewerContext } from 'axios-viewer-context';
import { keyId, signBody, signViewerContext, type Viewer } from 'axios-viewer-context/protocol';
import { createStandIn } from '../src/cli/stand-in.js';
import { startEchoServer, verifiedViewer } from './echo-server.js';
import { listen } from './listen.js';

const SECRET = 'a secret for this demo only';
const PATH = '/v1/automation/autofix/state';
const BODY = { group_id: 1 };

/** How the stand-in responds: with the verified viewer, or with the code of what it refused. */
interface SeerResponse {
  viewer?: Viewer | null;
  code?: string;
}

type Print = (line: string) => void;

/** Runs the demo. Returns the titles of what did not go as expected: an empty array if everything did. */
export async function runDemo(print: Print): Promise<string[]> {
  const seer = await listen(createStandIn({ secret: SECRET, formats: ['pair', 'jwt'], log: () => undefined }));
  try {
    print(`A stand-in for Seer is listening at ${seer.url}. The key id of the shared secret is ${keyId(SECRET)}.`);
    const unexpected = [
      ...(await showSigned(seer.url, print)),
      ...(await showRedirect(print)),
      ...(await showRefused(seer.url, print)),
    ];
    print(unexpected.length === 0 ? '\nEverything went as expected.' : `\nUNEXPECTED: ${unexpected.join(', ')}`);
    return unexpected;
  } finally {
    await seer.close();
  }
}

async function showSigned(baseURL: string, print: Print): Promise<string[]> {
  const seer = createSeerClient({ baseURL, secret: SECRET });
  const withDefault = createSeerClient({ baseURL, secret: SECRET, defaultViewerContext: { organizationId: 1 } });
  const tokens = createSeerClient({ baseURL, secret: SECRET, format: 'jwt' });
  const requests: [
    title: string,
    client: SeerClient,
    viewerContext: ViewerContext | null | undefined,
    expected: string,
  ][] = [
    ['for an organization', seer, { organizationId: 42 }, 'organization 42'],
    ['for a user', seer, { userId: '7' }, 'user 7'],
    ['for both', seer, { organizationId: 42, userId: 7 }, 'organization 42, user 7'],
    ['as a token', tokens, { organizationId: 42, userId: 7 }, 'organization 42, user 7'],
    ['without a viewer', seer, null, 'no viewer'],
    ['default viewer', withDefault, undefined, 'organization 1'],
  ];
  print('\nSigned by the Seer client, viewer and body:');
  printRow(print, ['request', 'X-Viewer-Context', 'signature', "Seer's response"]);
  const unexpected: string[] = [];
  for (const [title, client, viewerContext, expected] of requests) {
    const response = await client.post<SeerResponse>(PATH, BODY, { viewerContext });
    const described = describeResponse(response);
    printRow(print, [title, ...sentHeaders(response), described]);
    if (described !== `200 ${expected}`) unexpected.push(title);
  }
  return unexpected;
}

async function showRedirect(print: Print): Promise<string[]> {
  const received: (Viewer | null)[] = [];
  const elsewhere = await startEchoServer(SECRET);
  const redirecting = await startEchoServer(SECRET, ({ headers }, response) => {
    received.push(verifiedViewer(headers, SECRET));
    response.writeHead(302, { location: elsewhere.url }).end();
    return undefined;
  });
  const client = axios.create({ baseURL: redirecting.url, proxy: false });
  attachViewerContext(client, { secret: SECRET });
  const { data } = await client.get<SeerResponse>('/', { viewerContext: { organizationId: 42, userId: 7 } });
  const [first] = received;
  print('\nAny axios client with the plugin, redirected to another origin:');
  print(`  the first server received    ${describeViewer(first)}`);
  print(`  the redirect target received ${describeViewer(data.viewer)}`);
  await redirecting.close();
  await elsewhere.close();
  return first?.userId === 7 && data.viewer === null ? [] : ['redirected'];
}

async function showRefused(baseURL: string, print: Print): Promise<string[]> {
  const body = JSON.stringify(BODY);
  const signed = {
    ...signViewerContext({ organizationId: 42, userId: 7 }, SECRET),
    Authorization: signBody(body, SECRET),
  };
  const forgeries: [title: string, headers: Record<string, string>][] = [
    ['made-up signature', { ...signed, 'X-Viewer-Context-Signature': '0'.repeat(64) }],
    ['tampered viewer', { ...signed, 'X-Viewer-Context': '{"organization_id":43,"user_id":7}' }],
    ['another secret', { ...signed, ...signViewerContext({ organizationId: 42, userId: 7 }, 'not the secret') }],
    ['unsigned viewer', { 'X-Viewer-Context': '{"organization_id":43}', Authorization: signed.Authorization }],
    ['tampered body', { ...signed, Authorization: signBody('{"group_id":2}', SECRET) }],
    ['unsigned body', signViewerContext({ organizationId: 42, userId: 7 }, SECRET)],
  ];
  const bare = axios.create({ baseURL, proxy: false, validateStatus: null });
  print('\nForged requests, all refused:');
  const unexpected: string[] = [];
  for (const [title, headers] of forgeries) {
    const response = await bare.post<SeerResponse>(PATH, body, {
      headers: { ...headers, 'content-type': 'application/json' },
    });
    printRow(print, [title, ...sentHeaders(response), describeResponse(response)]);
    if (response.status !== 401) unexpected.push(title);
  }
  return unexpected;
}

/** Anyone who reads a signature can use it, so only its beginning is shown. */
function sentHeaders({ config }: AxiosResponse): string[] {
  return ['X-Viewer-Context', 'X-Viewer-Context-Signature'].map((name) => {
    const value = config.headers.get(name);
    return typeof value === 'string' ? value.replace(/^([0-9a-f]{8})[0-9a-f]{56}$|^(eyJ.{20}).*/, '$1$2…') : '-';
  });
}

function describeResponse({ status, data }: AxiosResponse<SeerResponse>): string {
  if (data.code !== undefined) return `${String(status)} ${data.code}`;
  return `${String(status)} ${describeViewer(data.viewer)}`;
}

function describeViewer(viewer: Viewer | null | undefined): string {
  if (viewer === null || viewer === undefined) return 'no viewer';
  const { organizationId, userId } = viewer;
  const parts = [organizationId && `organization ${String(organizationId)}`, userId && `user ${String(userId)}`];
  return parts.filter(Boolean).join(', ');
}

function printRow(print: Print, cells: readonly string[]): void {
  const widths = [20, 36, 9, 0];
  print(`  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' ')}`.trimEnd());
}

if (process.argv[1]?.endsWith('demo.ts')) {
  process.stdout.on('error', () => process.exit(1)); // the reader is gone, as with `| head`
  void runDemo((line) => {
    process.stdout.write(`${line}\n`);
  }).then((unexpected) => {
    process.exitCode = unexpected.length === 0 ? 0 : 1;
  });
}
