import type { ViewerContext } from 'axios-viewer-context';
import { fc } from './property.js';
import type { Established } from './receiver.js';

const integer = fc
  .oneof(
    fc.integer({ min: 1, max: 100 }),
    fc.maxSafeInteger().map((value) => Math.abs(value) + 1),
    fc.constantFrom(1, 4505123456789012, Number.MAX_SAFE_INTEGER),
  )
  .map((value) => Math.min(value, Number.MAX_SAFE_INTEGER));

/** An accepted id in any of its forms, with the integer that it stands for. */
export const id = integer.chain((value) =>
  fc.constantFrom<[unknown, number]>([value, value], [String(value), value], [BigInt(value), value]),
);
const absent = fc.constantFrom<[unknown, undefined]>([null, undefined], [undefined, undefined]);

/** A context that is accepted, with what the receiver must read. */
export const acceptedContext = fc
  .tuple(fc.option(fc.oneof(id, absent)), fc.option(fc.oneof(id, absent)), fc.boolean(), fc.boolean())
  .map(([organization, user, isUserFirst, hasPrototype]): [ViewerContext, Established] => {
    const context = (hasPrototype ? {} : Object.create(null)) as Record<string, unknown>;
    const established: Record<string, number> = {};
    const entries = [
      ['organizationId', 'organization_id', organization],
      ['userId', 'user_id', user],
    ] as const;
    for (const [key, name, given] of isUserFirst ? [...entries].reverse() : entries) {
      if (given === null) continue;
      context[key] = given[0];
      if (given[1] !== undefined) established[name] = given[1];
    }
    return [context, Object.keys(established).length === 0 ? 'no viewer' : established];
  });

const isAcceptedId = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) ||
  (typeof value === 'bigint' && value > 0n && value <= BigInt(Number.MAX_SAFE_INTEGER)) ||
  (typeof value === 'string' && /^[1-9][0-9]*$/.test(value) && BigInt(value) <= BigInt(Number.MAX_SAFE_INTEGER));

const wrongId = fc
  .oneof(
    fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
    fc.string(),
    fc.double(),
    fc.integer({ max: 0 }),
    fc.bigInt(),
    integer.map((value) => ` ${String(value)}`),
    integer.map((value) => `${String(value)}.0`),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n }).map(String),
  )
  .filter((value) => !isAcceptedId(value));

const isPlain = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);

/** A context that must be refused. */
export const refusedContext = fc.oneof(
  wrongId.map((organizationId) => ({ organizationId })),
  wrongId.map((userId) => ({ organizationId: 1, userId })),
  fc
    .dictionary(fc.string({ minLength: 1 }), fc.anything(), { minKeys: 1 })
    .filter((context) => Object.keys(context).some((key) => key !== 'organizationId' && key !== 'userId')),
  fc
    .anything({ withDate: true, withMap: true, withSet: true, withTypedArray: true })
    .filter((value) => value !== null && value !== undefined && !isPlain(value)),
);

const ourName = fc.constantFrom('X-Viewer-Context', 'X-Viewer-Context-Signature', 'Authorization');

/** A variant of a viewer header's name that some axios version, or some receiver, treats as the same name. */
const spelling = fc
  .tuple(ourName, fc.func(fc.boolean()), fc.constantFrom('', ' ', '\t'), fc.constantFrom('-', '_'))
  .map(
    ([name, isUpper, space, separator]) =>
      space +
      Array.from(name, (letter) => (isUpper(letter) ? letter.toUpperCase() : letter.toLowerCase()))
        .join('')
        .replaceAll('-', separator) +
      space,
  );

const stolenValue = fc.constantFrom<unknown>(
  '{"organization_id":1,"user_id":2}',
  '0fcce1276b18b09692e8abe64f8111705d9d4ee5cc9aadeab6bbd6fb4dcc529e',
  'Rpcsignature rpc0:7bb95bbc7e5d951c7e9af9d0f0b917cfe9c35a1b70977e39a11a7e842ece85f7',
  false,
  null,
  '',
  ['{"organization_id":1,"user_id":2}', '{"user_id":2}'],
);

/** Headers that a caller might set: viewer headers in any variant, and others. */
export const callersHeaders = fc
  .tuple(
    fc.array(fc.tuple(spelling, stolenValue), { maxLength: 6 }),
    fc.array(fc.tuple(fc.stringMatching(/^x-[a-z]{1,8}$/), fc.stringMatching(/^[!-~]{0,20}$/)), { maxLength: 4 }),
  )
  .chain(([ours, others]) => fc.shuffledSubarray([...ours, ...others], { minLength: ours.length + others.length }))
  .map((entries) => Object.fromEntries(entries) as Record<string, string>);
