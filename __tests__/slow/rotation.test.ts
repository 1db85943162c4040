import { createSeerClient, type ViewerContextFormat } from 'axios-viewer-context';
import { startNodeHttp } from '../../examples/receivers/node-http.js';
import type { ExampleServer } from '../../examples/listen.js';
import { establishViewer } from '../support/receiver.js';
import { startServer, type TestServer } from '../support/server.js';

// The order of docs/rotation.md: a sender calls service A, which calls service B, which calls a third server.

const OLD = 'the old secret';
const NEW = 'the new secret';
const VIEWER = { organizationId: 42, userId: 7 };

type Process = 'sender' | 'A' | 'B';
type Change = readonly [process: Process, secrets: readonly string[]];

const STEPS: Change[][] = [
  [
    ['A', [OLD, NEW]],
    ['B', [OLD, NEW]],
  ],
  [
    ['sender', [NEW]],
    ['A', [NEW, OLD]],
    ['B', [NEW, OLD]],
  ],
  [
    ['A', [NEW]],
    ['B', [NEW]],
  ],
];

/** Every order of the changes of one step. */
function ordersOf(changes: readonly Change[]): Change[][] {
  if (changes.length === 0) return [[]];
  return changes.flatMap((first) =>
    ordersOf(changes.filter((change) => change !== first)).map((rest) => [first, ...rest]),
  );
}

/** Every order of all changes, with one step after the other. */
const ORDERS = STEPS.reduce<Change[][]>(
  (orders, step) => orders.flatMap((order) => ordersOf(step).map((next) => [...order, ...next])),
  [[]],
);

describe.each<ViewerContextFormat>(['pair', 'jwt'])('rotating the secret, format %s', (format) => {
  let current: Record<Process, readonly string[]>;
  let end: TestServer;
  let serviceB: ExampleServer;
  let serviceA: ExampleServer;
  beforeAll(async () => {
    end = await startServer();
    serviceB = await startNodeHttp({ secrets: () => current.B, nextUrl: end.origin });
    serviceA = await startNodeHttp({ secrets: () => current.A, nextUrl: serviceB.url });
  });
  afterAll(async () => {
    await serviceA.close();
    await serviceB.close();
    await end[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    current = { sender: [OLD], A: [OLD], B: [OLD] };
    jest.spyOn(console, 'error').mockReturnValue();
    jest.spyOn(console, 'warn').mockReturnValue();
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  /** The status of a request, and the viewer at its end. */
  async function ask(): Promise<unknown[]> {
    const client = createSeerClient({ baseURL: serviceA.url, secret: current.sender[0], format });
    const { status } = await client.post('/', { a: 1 }, { viewerContext: VIEWER, validateStatus: () => true });
    const last = end.received.pop();
    return [status, last && establishViewer(last, current.B[0], 'jwt')];
  }
  const accepted = [200, { organization_id: 42, user_id: 7 }];

  it('refuses no request, in any order within a step', async () => {
    expect(ORDERS).toHaveLength(24);
    for (const order of ORDERS) {
      current = { sender: [OLD], A: [OLD], B: [OLD] };
      expect(await ask()).toEqual(accepted);
      for (const [process, secrets] of order) {
        current[process] = secrets;
        expect([process, secrets, await ask()]).toEqual([process, secrets, accepted]);
      }
    }
    // A captured request of the old secret is refused from now on.
    current.sender = [OLD];
    expect(await ask()).toEqual([401, undefined]);
  });

  it.each<[string, Change[], number]>([
    ['service A signs with the new secret before service B accepts it', [['A', [NEW, OLD]]], 500],
    ['the sender changes first', [['sender', [NEW]]], 401],
    ['a service drops the old secret before its sender has changed', [...STEPS[0]!, ['A', [NEW]]], 401],
    ['service B drops the old secret before service A has changed', [...STEPS[0]!, ['B', [NEW]]], 500],
  ])('refuses requests, if %s', async (_name, changes, status) => {
    expect(await ask()).toEqual(accepted);
    for (const [process, secrets] of changes) current[process] = secrets;
    expect(await ask()).toEqual([status, undefined]);
  });
});
