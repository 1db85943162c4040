import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { signViewerContext, verifyViewerContext, type Viewer, type ViewerContext } from 'axios-viewer-context/protocol';
import { FORMATS } from '../../src/protocol/formats.js';
import { FIELD_NAMES, normalizeViewerContext } from '../../src/protocol/viewer-context.js';
import { coded } from '../support/coded.js';
import { polluted } from '../support/pollution.js';

const SECRET = 'secret-one';

/** What would be sent for a context; `undefined` for no viewer. */
function payloadOf(context: unknown): string | undefined {
  return signViewerContext(context as ViewerContext, SECRET)['X-Viewer-Context'];
}

const pairViewer = (context: object): Viewer | null | undefined =>
  normalizeViewerContext(context, FORMATS.pair.fields, 'viewerContext');
const tokenViewer = (context: unknown): Viewer | null | undefined =>
  normalizeViewerContext(context, FORMATS.jwt.fields, 'viewerContext');

/** What the verifier returns for a payload, signed here without the package. */
function verified(payload: string): Viewer | null {
  const signature = createHmac('sha256', SECRET).update(payload).digest('hex');
  const headers = { 'x-viewer-context': payload, 'x-viewer-context-signature': signature };
  return verifyViewerContext(headers, { secrets: [SECRET] });
}

describe('a viewer context', () => {
  it.each<[string, unknown, string | undefined]>([
    ['undefined as an absent user', { organizationId: 1, userId: undefined }, '{"organization_id":1}'],
    [
      'the smallest and the largest bigint',
      { organizationId: 1n, userId: 9007199254740991n },
      '{"organization_id":1,"user_id":9007199254740991}',
    ],
    ['an object of another realm', runInNewContext('({ userId: 2 })') as object, '{"user_id":2}'],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { userId: 2 }), '{"user_id":2}'],
    ['undefined as no viewer', undefined, undefined],
    ['absent ids as no viewer', { organizationId: null, userId: undefined }, undefined],
  ])('takes %s', (_name, context, payload) => {
    expect(payloadOf(context)).toBe(payload);
  });

  it.each<[string, unknown]>([
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['2^53 as a bigint', 9007199254740992n],
    ['a bigint that a number would round', 2n ** 64n + 1n],
    ['a negative bigint', -1n],
    ['the bigint 0', 0n],
    ['a leading zero', '0123456'],
    ['digits of another script', '１２３４５６'],
    ['17 digits', '10000000000000000'],
    ['a boxed number', new Number(123456)],
    ['an object with valueOf', { valueOf: () => 123456 }],
    ['a list', [123456]],
    ['a symbol', Symbol('123456')],
    ['a function', () => 123456],
  ])('refuses %s as an id', (_name, id) => {
    for (const key of ['organizationId', 'userId']) {
      const signing = (): unknown => payloadOf({ organizationId: 1, [key]: id });
      const problem = `viewerContext.${key} must be an integer from 1 to 2^53 - 1`;
      expect(signing).toThrow(coded('ERR_INVALID_VIEWER_CONTEXT', problem));
      expect(signing).not.toThrow(/123456|１２３４５６|10000000000000000/);
    }
  });

  class Account {
    organizationId = 1;
  }
  const inherited = { organizationId: 1 };
  it.each<[string, unknown]>([
    ['a string', '1'],
    ['a number', 1],
    ['a boolean', false],
    ['a list', [1]],
    ['a function', () => inherited],
    ['an instance of a class', new Account()],
    ['a Map', new Map([['organizationId', 1]])],
    ['a promise', Promise.resolve(inherited)],
    ['an object that inherits its ids', Object.create(inherited)],
    ['an object that inherits its ids at one remove', Object.create(Object.create(inherited) as object)],
  ])('refuses %s: only a plain object is a context', (_name, context) => {
    const problem = 'viewerContext must be a plain object. Write { organizationId, userId }, or null for no viewer.';
    expect(() => payloadOf(context)).toThrow(coded('ERR_INVALID_VIEWER_CONTEXT', problem));
  });

  it('reads own properties only, from an object that inherits from a bare one too', () => {
    const bare = Object.assign(Object.create(null) as object, { organizationId: 1 });
    expect(payloadOf(Object.assign(Object.create(bare) as object, { userId: 2 }))).toBe('{"user_id":2}');
  });

  it.each<[string, object]>([
    ['organization_id', { organizationId: 1, organization_id: 1 }],
    ['user_id', { user_id: 1 }],
    ['role', { organizationId: 1, role: undefined }],
    ['an id as a key', { 'org-4505123456': 1 }],
    ['__proto__', JSON.parse('{"__proto__":{"organizationId":1}}') as object],
  ])('refuses the unknown key %s, and lists the allowed ones', (_name, context) => {
    const signing = (): unknown => payloadOf(context);
    const problem = 'viewerContext must have no keys other than organizationId, userId.';
    expect(signing).toThrow(coded('ERR_INVALID_VIEWER_CONTEXT', problem));
    expect(signing).not.toThrow('4505123456');
  });
});

describe.each<[string, (organizationId: number) => Viewer | null | undefined]>([
  ['sent', (organizationId) => pairViewer({ organizationId })],
  ['verified', (organizationId) => verified(`{"organization_id":${String(organizationId)}}`)],
])('a %s viewer, normalized', (_name, viewerOf) => {
  let viewer: Viewer;
  beforeEach(() => {
    viewer = viewerOf(42)!;
  });

  it('is frozen, plain, and has both ids as own properties', () => {
    expect(Object.isFrozen(viewer)).toBe(true);
    expect(Object.getPrototypeOf(viewer)).toBe(Object.prototype);
    expect(Object.entries(viewer)).toEqual([
      ['organizationId', 42],
      ['userId', undefined],
    ]);
  });

  it('prints, compares, spreads and goes into template strings like any object', () => {
    expect(inspect(viewer)).toBe('{ organizationId: 42, userId: undefined }');
    // eslint-disable-next-line @typescript-eslint/no-base-to-string, @typescript-eslint/restrict-template-expressions -- what a log line does
    expect(`${viewer}`).toBe('[object Object]');
    expect(viewer).toEqual({ organizationId: 42 });
    expect({ ...viewer, userId: 2 }).toEqual({ organizationId: 42, userId: 2 });
    expect(JSON.stringify(viewer)).toBe('{"organizationId":42}');
  });

  it('H14: has no id from a polluted Object.prototype', async () => {
    let seen: unknown;
    await polluted('userId', 5, () => {
      seen = [viewer.userId, viewerOf(42)!.userId];
    });
    expect(seen).toEqual([undefined, undefined]);
  });
});

describe('a sent viewer', () => {
  it('is a copy: later changes to the context do not reach it', () => {
    const context = { organizationId: 42 };
    const viewer = pairViewer(context);
    context.organizationId = 43;
    expect(viewer).toEqual({ organizationId: 42 });
  });

  it('H13: holds numbers, so that JSON.stringify(error.config) does not throw', () => {
    const viewer = pairViewer({ organizationId: 4505123456789012n, userId: '2' });
    expect(viewer).toStrictEqual({ organizationId: 4505123456789012, userId: 2 });
  });

  it.each(['organizationId', 'userId', 'projectId'])('H14: %s on Object.prototype is ignored', async (key) => {
    const seen: unknown[] = [];
    await polluted(key, 5, () => {
      seen.push(payloadOf({}), verified('{}'), verified('{"organization_id":null}'));
      seen.push(payloadOf({ organizationId: 1 }), payloadOf({ userId: 2 }));
    });
    expect(seen).toEqual([undefined, null, null, '{"organization_id":1}', '{"user_id":2}']);
  });
});

describe('what only tokens carry', () => {
  it.each<[string, object]>([
    ['projectId', { organizationId: 1, projectId: 4505123456 }],
    ['projectId', { projectId: 4505123456 }],
    ['actorType', { organizationId: 1, actorType: 'user' }],
    ['actorType', { actorType: '4505123456' }],
  ])('is refused in a pair: %s of %j; the message says which format carries it', (key, context) => {
    const signing = (): unknown => payloadOf(context);
    expect(signing).toThrow(coded('ERR_INVALID_VIEWER_CONTEXT', `viewerContext.${key} requires format: 'jwt'.`));
    expect(signing).not.toThrow('4505123456');
  });

  it('can be null or undefined in a pair, as in the viewer of a client that sends tokens', () => {
    expect(payloadOf({ organizationId: 1, projectId: undefined, actorType: null })).toBe('{"organization_id":1}');
    expect(payloadOf(tokenViewer({ organizationId: 1 }))).toBe('{"organization_id":1}');
  });

  it.each<[unknown, object | null | undefined]>([
    [{ projectId: '3' }, { projectId: 3 }],
    [
      { projectId: 3n, userId: 2 },
      { userId: 2, projectId: 3 },
    ],
    [
      { organizationId: 1, actorType: 'agent' },
      { organizationId: 1, actorType: 'agent' },
    ],
    [{ organizationId: 1, actorType: null, projectId: null }, { organizationId: 1 }],
    [{ actorType: 'system' }, undefined],
    [{ projectId: null, actorType: undefined }, undefined],
    [undefined, undefined],
    [null, null],
  ])('is accepted for a token: %p', (context, viewer) => {
    expect(tokenViewer(context)).toEqual(viewer);
  });

  it.each<[object, string]>([
    [{ projectId: 0 }, 'viewerContext.projectId must be an integer from 1 to 2^53 - 1, written as'],
    [{ projectId: '03' }, 'viewerContext.projectId must be an integer'],
    [{ userId: 2, actorType: 'admin-4505123456' }, 'viewerContext.actorType must be one of user, system, integration,'],
    [{ userId: 2, actorType: 'User' }, 'viewerContext.actorType must be one of'],
    [{ userId: 2, actorType: '' }, 'viewerContext.actorType must be one of'],
    [{ userId: 2, actorType: ['user'] }, 'viewerContext.actorType must be one of'],
    [{ userId: 2, actorType: 'toString' }, 'viewerContext.actorType must be one of'],
    [{ userId: 2, project_id: 3 }, `must have no keys other than ${FIELD_NAMES.join(', ')}.`],
    [{ userId: 2, toString: 3 }, `must have no keys other than ${FIELD_NAMES.join(', ')}.`],
  ])('is checked for a token: %j', (context, problem) => {
    const normalizing = (): unknown => tokenViewer(context);
    expect(normalizing).toThrow(coded('ERR_INVALID_VIEWER_CONTEXT', problem));
    expect(normalizing).not.toThrow('4505123456');
  });

  it('makes a normalized viewer with every field as an own property, frozen', async () => {
    let viewer: Viewer | null | undefined = null;
    await polluted('projectId', 5, () => {
      viewer = tokenViewer({ organizationId: '42' });
    });
    const absent = Object.fromEntries(FIELD_NAMES.map((field) => [field, undefined]));
    expect(viewer).toStrictEqual({ ...absent, organizationId: 42 });
    expect(Object.isFrozen(viewer)).toBe(true);
    expect(tokenViewer(viewer)).toStrictEqual(viewer);
  });
});
