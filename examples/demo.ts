/** Sends signed viewers to a stand-in for Seer that runs in this process, and shows what it makes of them. */
import axios, { type AxiosResponse } from 'axios';
import { attachViewerContext, createSeerClient, type SeerClient, type ViewerContext } from 'axios-viewer-context';
import { keyId, signBody, signViewerContext, type Viewer } from 'axios-viewer-context/protocol';
import { startEchoServer } from './echo-server.js';
import { startSeerServer, type SeerAnswer } from './seer-server.js';

const SECRET = 'a secret for this demo only';
const PATH = '/v1/automation/autofix/state';
const BODY = { group_id: 1 };

type Print = (line: string) => void;

/** Runs the demo. Returns what did not go as it should; nothing, if all did. */
export async function runDemo(print: Print): Promise<string[]> {
  const seer = await startSeerServer(SECRET);
  try {
    print(`A stand-in for Seer at ${seer.url}, with a shared secret whose key id is ${keyId(SECRET)}.`);
    const unexpected = [
      ...(await showSigned(seer.url, print)),
      ...(await showRedirect(print)),
      ...(await showRefused(seer.url, print)),
    ];
    for (const title of unexpected) print(`UNEXPECTED: ${title}`);
    return unexpected;
  } finally {
    await seer.close();
  }
}

async function showSigned(baseURL: string, print: Print): Promise<string[]> {
  const seer = createSeerClient({ baseURL, secret: SECRET });
  const withDefault = createSeerClient({ baseURL, secret: SECRET, defaultViewerContext: { organizationId: 1 } });
  const requests: [
    title: string,
    client: SeerClient,
    viewerContext: ViewerContext | null | undefined,
    expected: string,
  ][] = [
    ['for an organization', seer, { organizationId: 42 }, 'organization 42'],
    ['for a user', seer, { userId: '7' }, 'user 7'],
    ['for both', seer, { organizationId: 42, userId: 7 }, 'organization 42, user 7'],
    ['without a viewer', seer, null, 'no viewer'],
    ['default viewer', withDefault, undefined, 'organization 1'],
  ];
  print('\nSigned by the Seer client:');
  printRow(print, ['request', 'X-Viewer-Context', 'its signature', 'Authorization', 'what Seer established']);
  const unexpected: string[] = [];
  for (const [title, client, viewerContext, expected] of requests) {
    const response = await client.post<SeerAnswer>(PATH, BODY, { viewerContext });
    const established = describeAnswer(response);
    printRow(print, [title, ...sentHeaders(response), established]);
    if (established !== `200 ${expected}`) unexpected.push(title);
  }
  return unexpected;
}

async function showRedirect(print: Print): Promise<string[]> {
  const elsewhere = await startEchoServer(SECRET);
  const redirecting = await startEchoServer(SECRET, (_request, response) => {
    response.writeHead(302, { location: elsewhere.url }).end();
    return undefined;
  });
  const client = axios.create({ baseURL: redirecting.url, proxy: false });
  attachViewerContext(client, { secret: SECRET });
  const response = await client.get<SeerAnswer>('/', { viewerContext: { organizationId: 42, userId: 7 } });
  const established = describeAnswer(response);
  print('\nSigned by any client with the plugin, and redirected to another origin, which must not receive the viewer:');
  printRow(print, ['redirected', ...sentHeaders(response), `${established} at the other origin`]);
  await redirecting.close();
  await elsewhere.close();
  return established === '200 no viewer' ? [] : ['redirected'];
}

async function showRefused(baseURL: string, print: Print): Promise<string[]> {
  const body = JSON.stringify(BODY);
  const signed = {
    ...signViewerContext({ organizationId: 42, userId: 7 }, SECRET),
    Authorization: signBody(body, SECRET),
  };
  const forgeries: [title: string, headers: Record<string, string>][] = [
    ['forged', { ...signed, 'X-Viewer-Context-Signature': '0'.repeat(64) }],
    ['tampered', { ...signed, 'X-Viewer-Context': '{"organization_id":43,"user_id":7}' }],
    ['wrongly keyed', { ...signed, ...signViewerContext({ organizationId: 42, userId: 7 }, 'not the secret') }],
    ['half a pair', { 'X-Viewer-Context': '{"organization_id":43}', Authorization: signed.Authorization }],
    ['tampered body', { ...signed, Authorization: signBody('{"group_id":2}', SECRET) }],
    ['unsigned body', signViewerContext({ organizationId: 42, userId: 7 }, SECRET)],
  ];
  const bare = axios.create({ baseURL, proxy: false, validateStatus: null });
  print('\nMade by hand, and refused:');
  const unexpected: string[] = [];
  for (const [title, headers] of forgeries) {
    const response = await bare.post<SeerAnswer>(PATH, body, {
      headers: { ...headers, 'content-type': 'application/json' },
    });
    printRow(print, [title, ...sentHeaders(response), describeAnswer(response)]);
    if (response.status !== 401) unexpected.push(title);
  }
  return unexpected;
}

/** A signature can be used by anyone who reads it, so only its beginning is shown. */
function sentHeaders({ config }: AxiosResponse): string[] {
  return ['X-Viewer-Context', 'X-Viewer-Context-Signature', 'Authorization'].map((name) => {
    const value = config.headers.get(name);
    return typeof value === 'string'
      ? value.replace(/^Rpcsignature /, '').replace(/([0-9a-f]{8})[0-9a-f]{56}$/, '$1…')
      : '-';
  });
}

function describeAnswer({ status, data }: AxiosResponse<SeerAnswer>): string {
  if (data.refused !== undefined) return `${String(status)} ${data.refused}`;
  return `${String(status)} ${data.viewer == null ? 'no viewer' : describeViewer(data.viewer)}`;
}

function describeViewer({ organizationId, userId }: Viewer): string {
  const parts = [organizationId && `organization ${String(organizationId)}`, userId && `user ${String(userId)}`];
  return parts.filter(Boolean).join(', ');
}

function printRow(print: Print, cells: readonly string[]): void {
  const widths = [19, 36, 13, 14, 0];
  print(`  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' ')}`.trimEnd());
}

if (process.argv[1]?.endsWith('demo.ts')) {
  process.stdout.on('error', () => process.exit(1)); // nothing reads on, as with `| head`
  void runDemo((line) => {
    process.stdout.write(`${line}\n`);
  }).then((unexpected) => {
    process.exitCode = unexpected.length === 0 ? 0 : 1;
  });
}
