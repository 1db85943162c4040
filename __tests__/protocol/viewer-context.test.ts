import { runInNewContext } from 'node:vm';
import { signViewerContext, type ViewerContext } from 'axios-viewer-context/protocol';
import { coded } from '../support/coded.js';

const SECRET = 'secret-one';
const payload = (context: unknown): string | undefined =>
  signViewerContext(context as ViewerContext, SECRET)['X-Viewer-Context'];

describe('a viewer context', () => {
  it.each<[string, unknown, string | undefined]>([
    ['both ids, organization first', { userId: 2, organizationId: 1 }, '{"organization_id":1,"user_id":2}'],
    ['an organization', { organizationId: 1 }, '{"organization_id":1}'],
    ['a user', { userId: 2 }, '{"user_id":2}'],
    ['null as absent', { organizationId: null, userId: 2 }, '{"user_id":2}'],
    ['undefined as absent', { organizationId: 1, userId: undefined }, '{"organization_id":1}'],
    [
      'a decimal string',
      { organizationId: '1', userId: '4505123456789012' },
      '{"organization_id":1,"user_id":4505123456789012}',
    ],
    ['a bigint', { organizationId: 42n }, '{"organization_id":42}'],
    [
      'the largest id',
      { organizationId: 9007199254740991, userId: '9007199254740991' },
      '{"organization_id":9007199254740991,"user_id":9007199254740991}',
    ],
    ['an object of another realm', runInNewContext('({ userId: 2 })') as object, '{"user_id":2}'],
    ['an object without prototype', Object.assign(Object.create(null), { userId: 2 }), '{"user_id":2}'],
    [
      'an object that inherits from an empty one',
      Object.assign(Object.create(Object.create(null) as object), { userId: 2 }),
      '{"user_id":2}',
    ],
    ['null: nobody', null, undefined],
    ['undefined: nobody', undefined, undefined],
    ['no id: nobody', {}, undefined],
    ['null ids: nobody', { organizationId: null, userId: null }, undefined],
  ])('takes %s', (_name, context, expected) => {
    expect(payload(context)).toBe(expected);
  });

  it.each<[string, unknown]>([
    ['0', 0],
    ['a negative', -1],
    ['a fraction', 1.5],
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['2^53', 9007199254740992],
    ['2^53 as a string, which would be rounded', '9007199254740993'],
    ['2^53 as a bigint, which would be rounded', 9007199254740993n],
    ['a negative bigint', -1n],
    ['the bigint 0', 0n],
    ['an empty string', ''],
    ['a leading zero', '042'],
    ['a blank', ' 42'],
    ['a line end', '42\n'],
    ['an exponent', '4e2'],
    ['hexadecimal', '0x2a'],
    ['a sign', '+42'],
    ['a fraction as a string', '42.0'],
    ['other digits', '４２'],
    ['an injection', '1,"user_id":5'],
    ['17 digits', '10000000000000000'],
    ['a boolean', true],
    ['a boxed number', new Number(42)],
    ['an object with valueOf', { valueOf: () => 42 }],
    ['an array', [42]],
    ['a symbol', Symbol('42')],
    ['a function', () => 42],
  ])('refuses %s as an id', (_name, id) => {
    for (const key of ['organizationId', 'userId']) {
      expect(() => payload({ [key]: id })).toThrow(
        coded(
          'ERR_INVALID_VIEWER_CONTEXT',
          `viewerContext.${key} is not an integer from 1 to 2^53 - 1, as a number, a bigint or a decimal string.`,
        ),
      );
    }
  });

  class Account {
    organizationId = 1;
  }
  it.each<[string, unknown]>([
    ['a string', '1'],
    ['a number', 1],
    ['an array', [1]],
    ['a function', () => ({ organizationId: 1 })],
    ['a class instance', new Account()],
    ['a Map', new Map([['organizationId', 1]])],
    ['a promise', Promise.resolve({ organizationId: 1 })],
    ['an object that inherits its ids', Object.create({ organizationId: 1 })],
    [
      'an object that inherits its ids through an empty one',
      Object.create(Object.create({ organizationId: 1 }) as object),
    ],
    [
      'an instance of a class that sounds like Object',
      new (class {
        organizationId = 1;
        isPrototypeOf = (): boolean => true;
        static {
          Object.defineProperty(this.prototype, 'isPrototypeOf', { value: () => true });
        }
      })(),
    ],
    [
      'an object that inherits its ids from a bare one',
      Object.create(Object.setPrototypeOf({ userId: 1 }, null) as object),
    ],
  ])('refuses %s', (_name, context) => {
    expect(() => payload(context)).toThrow(
      coded(
        'ERR_INVALID_VIEWER_CONTEXT',
        'viewerContext is not a plain object; write { organizationId, userId }, or null for nobody.',
      ),
    );
  });

  it.each<[object, string]>([
    [
      { organization_id: 42 },
      'viewerContext has a key other than organizationId and userId: write organizationId for organization_id.',
    ],
    [{ user_id: 42 }, 'viewerContext has a key other than organizationId and userId: write userId for user_id.'],
    [{ organizationId: 1, role: 42 }, 'viewerContext has a key other than organizationId and userId: role.'],
    [{ 'org-42': 42 }, 'viewerContext has a key other than organizationId and userId.'],
    [{ '42-org': 42 }, 'viewerContext has a key other than organizationId and userId.'],
    [{ [Symbol('organizationId')]: 42 }, 'viewerContext has a key other than organizationId and userId.'],
    [
      JSON.parse('{"__proto__":{"organizationId":42}}') as object,
      'viewerContext has a key other than organizationId and userId: __proto__.',
    ],
  ])('refuses an unknown key, named if it is a name: %p', (context, message) => {
    expect(() => payload(context)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_VIEWER_CONTEXT', message }) as Error,
    );
  });
});
