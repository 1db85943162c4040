import type { MutantGroup } from '../mutant.js';

/** Mutants of the protocol. */
export const PROTOCOL_MUTANTS: readonly MutantGroup[] = [
  {
    file: 'src/protocol/pair.ts',
    tests: 'protocol/(pair|vectors)|rules/remembered',
    project: 'latest',
    mutants: [
      {
        name: 'the cache of pairs is unbounded',
        from: '    if (pairsOfKey.size >= MAX_PAIRS) pairsOfKey.clear();\n',
        to: '',
      },
      {
        name: 'two keys share the cache of pairs',
        from: 'let pairsOfKey = cachedPairs.get(key);',
        to: 'key = (globalThis as never as { firstKey?: SecretKeyObject }).firstKey ??= key;\n  let pairsOfKey = cachedPairs.get(key);',
      },
      {
        name: 'a payload is read before it is verified',
        from: "  assertSigned({ name: VIEWER_CONTEXT_HEADER, message: payload, signature, encoding: 'hex' }, keys);\n  const parsed = parsePayload(payload);\n",
        to: "  const parsed = parsePayload(payload);\n  assertSigned({ name: VIEWER_CONTEXT_HEADER, message: payload, signature, encoding: 'hex' }, keys);\n",
      },
      {
        name: 'only the first five keys are looked at',
        from: 'Object.keys(parsed).every(',
        to: 'Object.keys(parsed).slice(0, 5).every(',
      },
      {
        name: 'a further key is allowed with known keys',
        from: '!Object.keys(parsed).every(',
        to: '!Object.keys(parsed).some(',
      },
    ],
  },
  {
    file: 'src/protocol/jwt.ts',
    tests: 'protocol/(jwt\\.|vectors)',
    project: 'latest',
    mutants: [
      {
        name: 'two keys share a header part',
        from: 'let part = headerParts.get(key);',
        to: 'key = (globalThis as never as { firstKey?: SecretKeyObject }).firstKey ??= key;\n  let part = headerParts.get(key);',
      },
      {
        name: 'claims are parsed before they are verified',
        from: "  assertSigned({ name: VIEWER_CONTEXT_HEADER, message, signature, encoding: 'base64url' }, keys, candidates);\n  const claims = parsePayload(claimsText);\n",
        to: "  const claims = parsePayload(claimsText);\n  assertSigned({ name: VIEWER_CONTEXT_HEADER, message, signature, encoding: 'base64url' }, keys, candidates);\n",
      },
      {
        name: 'only the header must be canonical',
        from: "if (text !== '' && encode(text) === part) return text;",
        to: "if (text !== '' && (encode(text) === part || !text.includes('alg'))) return text;",
      },
      {
        name: 'spare bits of a signature may be set',
        from: '([\\w-]{42}[AEIMQUYcgkosw048])',
        to: '([\\w-]{43})',
      },
      {
        name: 'an audience of null passes',
        from: "if ('aud' in claims)",
        to: "if (claims['aud'] != null)",
      },
      {
        name: 'the leeway is on one side only',
        from: 'if (start > now + LEEWAY)',
        to: 'if (start > now)',
      },
      {
        name: 'a token may live for any length of time',
        from: ' || exp - iat > MAX_LIFETIME',
        to: '',
      },
      {
        name: 'times are fractions',
        from: 'Math.floor(Date.now() / 1000);',
        to: 'Date.now() / 1000;',
      },
      {
        name: 'the key id is not compared',
        from: 'keys.filter((key) => keyIdOf(key) === kid)',
        to: 'keys.filter(() => kid.length > 0)',
      },
      {
        name: 'the key id may be cut short',
        from: 'keyIdOf(key) === kid',
        to: 'keyIdOf(key).startsWith(kid)',
      },
    ],
  },
  {
    file: 'src/protocol/verify-viewer-context.ts',
    tests: 'protocol/(formats|jwt\\.|received|vectors)',
    project: 'latest',
    mutants: [
      {
        name: 'an empty signature makes it a token',
        from: 'if (!formats.includes(format)) {',
        to: "if (!formats.includes(signature === '' ? 'jwt' : format)) {",
      },
      {
        name: 'what is accepted is read through the prototype',
        from: '{ __proto__: null, ...options } as VerifyViewerContextOptions',
        to: 'options',
      },
      {
        name: 'another object passes as headers without a viewer',
        from: '    assertHeaderValues(headers);\n',
        to: '',
      },
    ],
  },
  {
    file: 'src/protocol/formats.ts',
    tests: 'protocol/formats|rules/headers',
    project: 'latest',
    mutants: [
      {
        name: 'a header of one format may be set by a caller',
        from: 'Object.values(FORMATS).flatMap((format) => format.headers)',
        to: 'Object.values(FORMATS).slice(1).flatMap((format) => format.headers)',
      },
    ],
  },
  {
    file: 'src/protocol/signature.ts',
    tests: 'protocol/(shared-secret|wiping)',
    project: 'latest',
    mutants: [
      {
        name: 'signatures are compared in variable time',
        from: 'timingSafeEqual(digest, received)',
        to: "digest.toString('hex') === received.toString('hex')",
      },
      {
        name: 'a computed signature is not wiped',
        from: 'useThenWipe(hmac(key, message).digest(), (digest) => timingSafeEqual(digest, received))',
        to: 'timingSafeEqual(hmac(key, message).digest(), received)',
      },
    ],
  },
  {
    file: 'src/protocol/key-id.ts',
    tests: 'protocol/wiping',
    project: 'latest',
    mutants: [
      {
        name: 'the key id is computed from a copy that is not wiped, each time',
        from: 'let id = cachedKeyIds.get(key);',
        to: "let id: string | undefined;\n  createHash('sha256').update((key as KeyObject).export());",
      },
    ],
  },
  {
    file: 'src/protocol/bytes.ts',
    tests: 'protocol/wiping',
    project: 'latest',
    mutants: [
      {
        name: 'nothing is wiped',
        from: '    bytes.fill(0);\n',
        to: '    void bytes;\n',
      },
    ],
  },
  {
    file: 'src/protocol/shared-secret.ts',
    tests: 'protocol/|rules/remembered',
    project: 'latest',
    mutants: [
      {
        name: 'only the first two secrets count',
        from: 'Array.from(secrets, toKey)',
        to: 'Array.from(secrets.slice(0, 2), toKey)',
      },
      {
        name: 'a private key is a secret',
        from: "if (key.type !== 'secret') throw",
        to: "if (key.type === 'public') throw",
      },
      {
        name: 'strings of one length share a key',
        from: 'let key = keysOfStrings.get(secret);',
        to: 'secret = [...keysOfStrings.keys()].find((other) => other.length === secret.length) ?? secret;\n  let key = keysOfStrings.get(secret);',
      },
      {
        name: 'the cache of keys has no bound',
        from: 'if (keysOfStrings.size >= MAX_STRINGS) keysOfStrings.clear();',
        to: '',
      },
      {
        name: 'the bytes of a string are not wiped, and the string is copied each time',
        from: '    keysOfStrings.set(secret, key);\n',
        to: '    new TextEncoder().encode(secret);\n',
      },
    ],
  },
  {
    file: 'src/protocol/viewer-context.ts',
    tests: 'protocol/(viewer|pair|jwt\\.|vectors)',
    project: 'latest',
    mutants: [
      {
        name: 'unknown keys are looked for in pairs only',
        from: 'if (!Object.hasOwn(FIELDS, key)) throw',
        to: 'if (fields.length === 2 && !Object.hasOwn(FIELDS, key)) throw',
      },
      {
        name: 'what a pair cannot carry is left out',
        from: 'if (context[key] !== undefined && context[key] !== null) throw',
        to: 'if (context === undefined) throw',
      },
      {
        name: 'the largest id is off by one',
        from: 'Number.isSafeInteger(value)',
        to: 'Number.isInteger(value)',
      },
    ],
  },
  {
    file: 'src/protocol/payload.ts',
    tests: 'protocol/(viewer|pair|jwt\\.|vectors)',
    project: 'latest',
    mutants: [
      {
        name: 'ids are written from the prototype',
        from: 'ownValue(viewer, field) !== undefined',
        to: 'viewer[field] !== undefined',
      },
      {
        name: 'payloads are read from the prototype',
        from: 'return { __proto__: null, ...parsed };',
        to: 'return { ...parsed };',
      },
    ],
  },
];
