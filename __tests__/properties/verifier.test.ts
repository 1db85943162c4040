import { createHmac } from 'node:crypto';
import {
  isViewerContextError,
  verifyBody,
  verifyViewerContext,
  type ReceivedHeaders,
} from 'axios-viewer-context/protocol';
import answers from '../vectors/known-answers.json';
import { fc, RUNS } from '../support/property.js';

const SECRET = 'secret-one';
const options = { secrets: [SECRET] };
const { payload, signature } = answers.viewer;
const hmac = (text: string): string => createHmac('sha256', SECRET).update(text).digest('hex');

/** The outcome of a verification: what it returns, or the code of its error; anything else is a fault. */
function outcomeOf(verify: () => unknown): unknown {
  try {
    return verify();
  } catch (error) {
    if (isViewerContextError(error)) return error.code;
    throw error;
  }
}

const unicode = fc.string({ unit: 'binary', maxLength: 200 });
const digits = fc.stringMatching(/^[0-9a-fA-F]{60,68}$/);
const someSignature = fc.oneof(fc.constant(signature), digits, unicode, fc.constant(`${signature}, ${signature}`));
const somePayload = fc.oneof(fc.constant(payload), fc.json(), unicode, fc.constant(`${payload}, ${payload}`));
const values = (single: fc.Arbitrary<string>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 8, arbitrary: single }, fc.array(single, { maxLength: 3 }), fc.anything());

describe('the verifier, for any input', () => {
  it('control: accepts what is signed, and nothing less', () => {
    const headers = { 'x-viewer-context': payload, 'x-viewer-context-signature': signature };
    expect(outcomeOf(() => verifyViewerContext(headers, options))).toEqual({ organizationId: 1, userId: 2 });
    expect(outcomeOf(() => verifyViewerContext({ ...headers, 'x-viewer-context': '{}' }, options))).toBe(
      'ERR_SIGNATURE_MISMATCH',
    );
  });

  it(
    'any pair of header values is accepted only if it is signed, and else gives a typed error',
    () => {
      fc.assert(
        fc.property(values(somePayload), values(someSignature), (context, given) => {
          const outcome = outcomeOf(() =>
            verifyViewerContext({ 'X-Viewer-Context': context, 'x-viewer-context-signature': given }, options),
          );
          const only = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? value[0] : value);
          const isSigned = typeof only(context) === 'string' && only(given) === hmac(only(context) as string);
          if (typeof outcome !== 'string') expect(isSigned).toBe(true);
          else if (isSigned) expect(outcome).toBe('ERR_INVALID_PAYLOAD');
        }),
        { numRuns: RUNS },
      );
    },
    RUNS * 2 + 10_000,
  );

  it(
    'any set of headers gives a typed error',
    () => {
      const name = fc.oneof(
        fc.constantFrom(
          'x-viewer-context',
          'X-Viewer-Context',
          'X-VIEWER-CONTEXT-SIGNATURE',
          'x-viewer-context-signature',
        ),
        unicode,
      );
      const entries = fc.array(fc.tuple(name, values(fc.oneof(somePayload, someSignature))), { maxLength: 6 });
      const forms = fc.constantFrom<(entries: [string, unknown][]) => ReceivedHeaders>(
        (given) => Object.fromEntries(given),
        (given) => new Map(given),
        (given) => given,
      );
      fc.assert(
        fc.property(entries, forms, (given, form) => {
          const outcome = outcomeOf(() => verifyViewerContext(form(given), options));
          if (typeof outcome === 'string') return;
          // accepted: then the one pair that is signed was there, and no second value of either
          const sent = given.map(([key, value]) => [key.toLowerCase(), value] as const);
          const contexts = new Set(sent.filter(([key]) => key === 'x-viewer-context').flatMap(([, value]) => value));
          expect(
            [...contexts].some(
              (context) => typeof context === 'string' && sent.some(([, value]) => [value].flat()[0] === hmac(context)),
            ),
          ).toBe(true);
        }),
        { numRuns: RUNS },
      );
    },
    RUNS * 2 + 10_000,
  );

  it(
    'any signed text is read as JSON.parse reads it, or refused',
    () => {
      const id = fc.oneof(
        fc.nat(),
        fc.maxSafeInteger(),
        fc.constantFrom<unknown>(null, '1', 1.5, 2 ** 53, true, [], {}),
      );
      const viewerLike = fc.record(
        { organization_id: id, user_id: id, actor_type: fc.jsonValue() },
        { requiredKeys: [] },
      );
      const text = fc.oneof(
        viewerLike.map((value) => JSON.stringify(value)),
        fc.json(),
        unicode,
      );
      fc.assert(
        fc.property(text, (given) => {
          const headers = { 'x-viewer-context': given, 'x-viewer-context-signature': hmac(given) };
          const outcome = outcomeOf(() => verifyViewerContext(headers, options));
          if (typeof outcome === 'string') {
            expect(['ERR_INVALID_PAYLOAD']).toContain(outcome);
            return;
          }
          const { organization_id: organizationId, user_id: userId } = JSON.parse(given) as Record<string, unknown>;
          const expected = {
            ...(typeof organizationId === 'number' ? { organizationId } : {}),
            ...(typeof userId === 'number' ? { userId } : {}),
          };
          expect(outcome ?? {}).toEqual(expected);
        }),
        { numRuns: RUNS },
      );
    },
    RUNS * 2 + 10_000,
  );

  it(
    'any body and Authorization are accepted only if they are signed, and else give a typed error',
    () => {
      const body = fc.oneof(unicode, fc.uint8Array());
      const authorization = fc.oneof(
        digits.map((value) => `Rpcsignature rpc0:${value}`),
        unicode,
        fc.anything(),
      );
      fc.assert(
        fc.property(body, authorization, fc.boolean(), (raw, given, isRight) => {
          const right = `Rpcsignature rpc0:${createHmac('sha256', SECRET).update(raw).digest('hex')}`;
          const outcome = outcomeOf(() => {
            verifyBody(raw, (isRight ? right : given) as string, options);
          });
          if (isRight) expect(outcome).toBeUndefined();
          else expect(outcome).toMatch(/^ERR_/);
        }),
        { numRuns: RUNS },
      );
    },
    RUNS * 2 + 10_000,
  );
});
