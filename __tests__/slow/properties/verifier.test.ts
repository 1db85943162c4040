import { createHmac } from 'node:crypto';
import {
  signBody,
  signViewerContext,
  verifyBody,
  verifyViewerContext,
  type ReceivedHeaders,
  type SharedSecret,
  type ViewerContext,
} from 'axios-viewer-context/protocol';
import { acceptedContext, refusedContext } from '../../support/arbitraries.js';
import { describeNegativeControl } from '../../support/negative-control.js';
import { fc, RUNS } from '../../support/property.js';
import { establishViewer, SECRET } from '../../support/receiver.js';
import answers from '../../vectors/known-answers.json';
import { outcomeOf } from './outcome.js';
import { isId, membersOf } from './payload.js';

const options = { secrets: [SECRET] };
const { payload, signature } = answers.viewer;
function hmac(message: string | Uint8Array, secret: string | Uint8Array = SECRET): string {
  return createHmac('sha256', secret).update(message).digest('hex');
}

/** What the payload of a pair says, by the rules of the protocol: a viewer, `null` for none, or that it is refused. */
function readIndependently(text: string): unknown {
  const members = membersOf(text);
  if (members === undefined) return 'ERR_INVALID_PAYLOAD';
  const viewer: Record<string, unknown> = { organizationId: undefined, userId: undefined };
  for (const [key, value] of members) {
    if (/^(project_id|actor_type|token)$/.test(key)) continue;
    const name = new Map([
      ['organization_id', 'organizationId'],
      ['user_id', 'userId'],
    ]).get(key);
    if (name === undefined) return 'ERR_INVALID_PAYLOAD';
    if (value === null) continue;
    if (!isId(value)) return 'ERR_INVALID_PAYLOAD';
    viewer[name] = value;
  }
  return viewer['organizationId'] === undefined && viewer['userId'] === undefined ? null : viewer;
}

const unicode = fc.string({ unit: 'binary', maxLength: 200 });
const digits = fc.stringMatching(/^[0-9a-fA-F]{60,68}$/);
const someSignature = fc.oneof(fc.constant(signature), digits, unicode, fc.constant(`${signature}, ${signature}`));
const somePayload = fc.oneof(fc.constant(payload), fc.json(), unicode, fc.constant(`${payload}, ${payload}`));
const values = (single: fc.Arbitrary<string>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 8, arbitrary: single }, fc.array(single, { maxLength: 3 }), fc.anything());

describeNegativeControl();

describe('the verifier, for any input', () => {
  it('control: accepts what is signed, and nothing else', () => {
    const headers = { 'x-viewer-context': payload, 'x-viewer-context-signature': signature };
    expect(outcomeOf(() => verifyViewerContext(headers, options))).toEqual({ organizationId: 1, userId: 2 });
    const unsigned = { ...headers, 'x-viewer-context': '{}' };
    expect(outcomeOf(() => verifyViewerContext(unsigned, options))).toBe('ERR_SIGNATURE_MISMATCH');
  });

  it('two header values are a viewer if they are signed, and an error with a code otherwise', () => {
    const only = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? value[0] : value);
    fc.assert(
      fc.property(values(somePayload), values(someSignature), fc.boolean(), (context, given, isRight) => {
        const text = only(context);
        const signed = isRight && typeof text === 'string' ? hmac(text) : given;
        const headers = { 'X-Viewer-Context': context, 'x-viewer-context-signature': signed };
        const outcome = outcomeOf(() => verifyViewerContext(headers, options));
        if (typeof text === 'string' && only(signed) === hmac(text)) expect(outcome).toEqual(readIndependently(text));
        else expect(outcome).toMatch(/^ERR_(MISSING_HEADER|MALFORMED_HEADER|SIGNATURE_MISMATCH)$/);
      }),
      { numRuns: RUNS },
    );
  });

  it('a set of headers is a viewer only if one payload and its one signature are in it', () => {
    const name = fc.oneof(
      fc.constantFrom('x-viewer-context', 'X-Viewer-Context', 'X-VIEWER-CONTEXT-SIGNATURE'),
      fc.constantFrom('x-viewer-context-signature', 'x_viewer_context', 'x-viewer-context '),
      unicode.filter((text) => text !== 'headers' && text !== 'then'), // these two would make it something else
    );
    const entry = fc.tuple(name, values(fc.oneof(somePayload, someSignature)));
    // An object or a function with other names would make it something else, too.
    const isHeader = ([given, value]: [string, unknown]): boolean =>
      /^x-viewer-context(-signature)?$/i.test(given) || Array.isArray(value) || Object(value) !== value;
    const entries = fc.array(entry.filter(isHeader), { maxLength: 6 });
    const forms = fc.constantFrom<(entries: [string, unknown][]) => ReceivedHeaders>(
      (given) => Object.fromEntries(given),
      (given) => new Map(given),
      (given) => given,
    );
    /** The values that count, of all spellings of a name: none for what is absent. */
    const valuesOf = (headers: ReceivedHeaders, wanted: string): unknown[] =>
      (Symbol.iterator in headers ? [...headers] : Object.entries(headers))
        .filter(([key]) => key.toLowerCase() === wanted)
        .flatMap(([, value]) => value)
        .filter((value) => value !== undefined && value !== null && value !== false);
    fc.assert(
      fc.property(entries, forms, (given, form) => {
        const headers = form(given);
        const outcome = outcomeOf(() => verifyViewerContext(headers, options));
        const contexts = valuesOf(headers, 'x-viewer-context');
        const signatures = valuesOf(headers, 'x-viewer-context-signature');
        const [text] = contexts;
        if (contexts.length === 0 && signatures.length === 0) {
          expect(outcome).toBe('ERR_MISSING_HEADER');
        } else if (contexts.length !== 1 || signatures.length !== 1 || typeof text !== 'string') {
          expect(outcome).toBe('ERR_MALFORMED_HEADER');
        } else if (signatures[0] === hmac(text)) {
          expect(outcome).toEqual(readIndependently(text));
        } else {
          expect(outcome).toMatch(/^ERR_(MALFORMED_HEADER|SIGNATURE_MISMATCH)$/);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('a signed text is a viewer only if the protocol says so, whatever else it is', () => {
    const id = fc.oneof(fc.nat(), fc.maxSafeInteger(), fc.constantFrom<unknown>(null, '1', 1.5, 2 ** 53, true, [], {}));
    const allowed = { organization_id: id, user_id: id, project_id: id, actor_type: fc.jsonValue() };
    const further = { args: fc.jsonValue(), organizationId: id, token: fc.jsonValue() };
    const text = fc.oneof(
      fc.record(allowed, { requiredKeys: [] }).map((value) => JSON.stringify(value)),
      fc.record({ ...allowed, ...further }, { requiredKeys: [] }).map((value) => JSON.stringify(value)),
      fc.json(),
      unicode,
    );
    fc.assert(
      fc.property(text, (given) => {
        const headers = { 'x-viewer-context': given, 'x-viewer-context-signature': hmac(given) };
        expect(outcomeOf(() => verifyViewerContext(headers, options))).toEqual(readIndependently(given));
      }),
      { numRuns: RUNS },
    );
  });

  it('a body is verified if it is signed, and an error with a code otherwise', () => {
    const body = fc.oneof(unicode, fc.uint8Array());
    const other = fc.oneof(
      digits.map((value) => `Rpcsignature rpc0:${value}`),
      unicode,
      fc.anything(),
    );
    fc.assert(
      fc.property(body, other, fc.boolean(), (raw, given, isRight) => {
        const right = `Rpcsignature rpc0:${hmac(raw)}`;
        const outcome = outcomeOf(() => {
          verifyBody(raw, (isRight ? right : given) as string, options);
        });
        if (isRight) expect(outcome).toBeUndefined();
        else expect(outcome).toMatch(/^ERR_(MISSING_HEADER|MALFORMED_HEADER|SIGNATURE_MISMATCH)$/);
        expect(signBody(raw, SECRET)).toBe(right);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('signing, for any input', () => {
  it('an accepted context is what an independent receiver, and the verifier, establish', () => {
    fc.assert(
      fc.property(acceptedContext, ([context, expected]) => {
        const signed = signViewerContext(context, SECRET);
        const received = Object.entries(signed).map(([name, value]) => [name.toLowerCase(), value]);
        expect(establishViewer({ headers: Object.fromEntries(received) as Record<string, string> })).toEqual(expected);
        const verified = outcomeOf(() => verifyViewerContext(signed, options));
        if (expected === 'no viewer') expect(verified).toBe('ERR_MISSING_HEADER');
        else expect(verified).toEqual({ organizationId: expected['organization_id'], userId: expected['user_id'] });
      }),
      { numRuns: RUNS },
    );
  });

  it('any other context is refused', () => {
    fc.assert(
      fc.property(refusedContext, (context) => {
        const signing = (): unknown => signViewerContext(context as ViewerContext, SECRET);
        expect(outcomeOf(signing)).toBe('ERR_INVALID_VIEWER_CONTEXT');
      }),
      { numRuns: RUNS },
    );
  });

  it('a secret is its UTF-8 bytes, or refused with a message that does not contain it', () => {
    const edge = fc.constantFrom('', ' ', '\n', '\t', '\0', '\ufeff', '\u00a0', '\u2028');
    const text = fc
      .tuple(edge, fc.string({ unit: 'binary', minLength: 8 }), edge)
      .map(([before, middle, after]) => before + middle + after);
    const form = fc.constantFrom<(text: string) => SharedSecret>(
      (given) => given,
      (given) => new TextEncoder().encode(given),
    );
    fc.assert(
      fc.property(text, form, (given, asForm) => {
        const isZero = /^\0*$/.test(given);
        const isBare = !/^[\s\ufeff]|[\s\ufeff]$/.test(given);
        if (isBare && !isZero) {
          const encoded = new TextEncoder().encode(given);
          expect(signBody('', asForm(given))).toBe(`Rpcsignature rpc0:${hmac('', encoded)}`);
          return;
        }
        let refusal: unknown;
        try {
          signBody('', asForm(given));
        } catch (error) {
          refusal = error;
        }
        expect(refusal).toMatchObject({ code: 'ERR_INVALID_SECRET' });
        expect((refusal as Error).message).not.toContain(given);
      }),
      { numRuns: RUNS },
    );
  });
});
