/** A change to the source that some test must notice. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  /** A text that occurs in the file exactly once, and its replacement. */
  readonly change: readonly [before: string, after: string];
  /** A pattern for the paths of the nearest tests. */
  readonly tests: string;
  /** The jest project: `latest` (pairs), `tokens` (the tests of the rules only), or an older version of axios. */
  readonly project: string;
}

type Change = readonly [name: string, before: string, after: string];
const group = (file: string, tests: string, changes: readonly Change[], project = 'latest'): Mutant[] =>
  changes.map(([name, before, after]) => ({ name, file: `src/${file}`, change: [before, after], tests, project }));

export const MUTANTS: readonly Mutant[] = [
  ...group('interceptor.ts', 'rules/(missing-secret|secret)', [
    [
      'the first request without a secret is sent instead of refused',
      "      if (settings.onMissingSecret === 'throw') throw missingSecret();\n",
      "      if (settings.onMissingSecret === 'throw' && hasWarned) throw missingSecret();\n",
    ],
    ['it warns only once, for ever', '    hasWarned = false;\n\n', '\n'],
  ]),
  ...group('interceptor.ts', 'rules/(destination|default-viewer|missing-viewer)', [
    ['the destination is checked only with a key', 'if (!hasNothingToProtect && !', "if (key.kind === 'found' && !"],
    ['an explicit copy of the default may be dropped', '        viewer === lookup.viewer && //', '        //'],
    ['a default is dropped although nothing is allowed', '        (allowed ?? []).length > 0; //', '        true; //'],
    ['a dropped default comes back on a retry', '      config.viewerContext = null; // so', '      // so'],
    ['a failed default passes as no viewer', "    if (lookup.kind === 'failed') throw lookup.error;", ''],
    ['null is a missing viewer too', 'if (viewer === null && context !== null) {', 'if (viewer === null) {'],
  ]),
  ...group('interceptor.ts', 'rules/(headers|fetch-options|attempts)', [
    ['headers stay without a viewer', '= removeReservedHeaders(', '= viewer === null ? [] : removeReservedHeaders('],
    [
      'overrides of a fetch stay without a viewer',
      '    removeFetchOverrides(',
      '    if (viewer) removeFetchOverrides(',
    ],
    ['only a signed viewer is recorded', '    attempt.signed = signed;', '    if (viewer) attempt.signed = signed;'],
  ]),
  ...group('interceptor.ts', 'rules/(viewer|secret-function|default-viewer)|companions', [
    [
      'the viewer from before later interceptors is signed',
      'const context = viewerContextOf(config);\n  // Still',
      "const context = lookup.kind === 'explicit' ? lookup.viewer : viewerContextOf(config);\n  // Still",
    ],
    [
      'a static secret counts as not requested too',
      "if (typeof key === 'function' && !mayHaveViewer",
      'if (!mayHaveViewer',
    ],
    ['a body signature survives axios-retry', '/^(?!Rpcsignature )/', '/(?:)/'],
  ]),
  ...group(
    'interceptor.ts',
    'rules/(redirects|redaction|attempts|project)',
    [
      [
        'redirects are guarded for pairs only',
        'guardRedirects(config, destination, Object.keys(signed));',
        "if ('X-Viewer-Context-Signature' in signed) guardRedirects(config, destination, Object.keys(signed));",
      ],
      [
        'tokens are not redacted',
        "redact(config, [...Object.keys(signed), 'viewerContext']);",
        "redact(config, [...Object.keys(signed), 'viewerContext'].filter((name) => name !== 'X-Viewer-Context'));",
      ],
      [
        'the token of a static default is cached',
        'viewer === null ? {} : settings.format.sign(viewer, key.secret);',
        'viewer === null ? {} : ((lookup as { memo?: object }).memo ??= settings.format.sign(viewer, key.secret));',
      ],
      [
        'a later change of the actor alone is not seen',
        "(lookup.kind === 'explicit' || lookup.kind === 'default') && context === lookup.viewer) return",
        "(lookup.kind === 'explicit' || lookup.kind === 'default') && (context as Viewer | undefined)?.userId === lookup.viewer.userId && (context as Viewer | undefined)?.organizationId === lookup.viewer.organizationId) return",
      ],
      [
        'only pairs are recorded as signed',
        '    attempt.signed = signed;',
        "    if ('X-Viewer-Context-Signature' in signed) attempt.signed = signed;",
      ],
      [
        "a caller's signature stays beside a token",
        'const hosts = removeReservedHeaders(config, body, keptAuthorization);',
        "const kept = config.headers['X-Viewer-Context-Signature'];\n    const hosts = removeReservedHeaders(config, body, keptAuthorization);\n    if (kept !== undefined && settings.format.fields.length > 2) config.headers['X-Viewer-Context-Signature'] = kept;",
      ],
    ],
    'tokens',
  ),
  ...group('transform.ts', 'rules/(transforms|attempts|attach)', [
    ['ours comes first', '  transforms.push(transform);', '  transforms.unshift(transform);'],
    ['a second run signs again', 'if (attempt.signed === undefined) {', 'if (attempt.signed !== null) {'],
    ['what was signed is not removed', 'takeBack(earlier.signed, config.headers);', 'void takeBack;'],
    ['a value that the caller changed is removed', ', Object.values(signed));', ');'],
    [
      'our own transform is not recognized',
      'if (earlier === undefined) transforms',
      'if (earlier !== attempt) transforms',
    ],
    ['another build is not recognized', "Symbol.for('axios-viewer-context.attempt')", "Symbol('attempt')"],
    [
      'a signed config passes without the plugin',
      'Object.keys(attempt.signed).length > 0',
      "'Authorization' in attempt.signed",
    ],
  ]),
  ...group('headers.ts', 'rules/(headers|redirects|framing|host-header|redaction|attempts|fetch-options)', [
    ['a signature with underscores is forgotten', '([-_]signature)?', '(-signature)?'],
    ['white space before a name is forgotten', '/^\\s*(x[-_]viewer', '/^(x[-_]viewer'],
    ['names are matched by prefix', '|host|authorization)\\s*$/i', '|host|authorization)/i'],
    ['signed names are matched by prefix', "})\\\\s*$`, 'i')", "})`, 'i')"],
    ['signed names are matched in one case only', "\\\\s*$`, 'i')", '\\\\s*$`)'],
    ['hidden headers stay', 'for (const spelling of Object.getOwnPropertyNames', 'for (const spelling of Object.keys'],
    ['only the first Host is a destination', 'hosts.push(headers[spelling])', 'hosts[0] ??= headers[spelling]'],
    ['Connection may name our headers', '/^\\s*(close|keep-alive)\\s*$/i', '/close|keep-alive/i'],
    [
      'Content-Length of a known length stays',
      "name === 'content-length' && !isLengthKnown",
      "name === 'content-length'",
    ],
    [
      'Connection: close only for streams of a pair',
      'if (!isLengthKnown && !isHttp2)',
      "if (!isLengthKnown && !isHttp2 && 'pipe' in (body as object))",
    ],
    ["the caller's redaction is lost", '[...new Set([...(config.redact as unknown[]), ...names])]', 'names'],
    [
      'overrides are deleted, not shadowed',
      'headers: undefined, body: undefined, method: undefined }',
      'headers: undefined }',
    ],
  ]),
  ...group('destination.ts', 'rules/(destination|redirects|host-header|relative-address)', [
    [
      'an origin is compared by prefix',
      'allowed?.includes(origin));',
      'allowed?.some((other) => origin.startsWith(other)));',
    ],
    [
      'one allowed origin of several is enough',
      'return destination.every((origin)',
      'return destination.some((origin)',
    ],
    [
      'a redirect is compared by host name',
      'destination.every((origin) => origin === target)',
      'destination.every((from) => new URL(from!).hostname === new URL(target).hostname)',
    ],
    [
      'a redirect to another allowed origin keeps the viewer',
      'destination.every((origin) => origin === target)',
      'destination.length > 0',
    ],
    [
      "the caller's hook runs last",
      '    if (!isSameOrigin) removeHeaders(options.headers, signedNames);\n',
      "    if (!isSameOrigin) removeHeaders(options.headers, signedNames);\n    if (typeof callersHook === 'function') Reflect.apply(callersHook, undefined, [options, ...details]);\n",
    ],
    ['the address is not written back', '(config[key] = String(address))', 'String(address)'],
    [
      'one reserved base is enough',
      "['http://relative.invalid', 'https://other.invalid']",
      "['http://relative.invalid']",
    ],
    ['a baseURL beside an absolute url is forgotten', '(!isAbsolute || allowAbsoluteUrls !== true)', '!isAbsolute'],
    ['the last URL is cached by length', 'if (url !== lastUrl) {', 'if (url.length !== lastUrl.length) {'],
    ['fetch follows redirects', "redirect: 'manual' };", '};'],
    [
      'a retry nests the hook',
      "typeof hook === 'function' && Object.hasOwn(hook, CALLERS_HOOK) ? hook[CALLERS_HOOK] : hook",
      'hook',
    ],
  ]),
  ...group('abort.ts', 'rules/abort', [
    ['a listener is left on the signal', "    signal?.removeEventListener('abort', abort);\n", ''],
    ['a listener is left on the cancel token', '    cancelToken?.unsubscribe(abort);\n', ''],
    ['a signal that was aborted earlier is forgotten', '  if (signal?.aborted) abort();\n', ''],
  ]),
  // The latest axios gives configs no prototype, and never gives an id twice.
  ...group(
    'abort.ts',
    'rules/abort',
    [
      [
        'a polluted signal is read',
        "Object.hasOwn(config, 'signal') ? (config as Abortable).signal : undefined",
        '(config as Abortable).signal',
      ],
    ],
    'axios-1.8.1',
  ),
  ...group(
    'attach.ts',
    'rules/attach',
    [
      [
        "detach ejects another plugin's interceptor",
        '.some((handler) => handler?.fulfilled === interceptor) ?? true',
        '.some((handler) => handler !== null) ?? true',
      ],
    ],
    'axios-1.8.1',
  ),
  ...group('attach.ts', 'rules/attach', [
    ['another build is not recognized', "Symbol.for('axios-viewer-context.interceptor')", "Symbol('interceptor')"],
  ]),
  ...group('options.ts', 'rules/(options|secret|remembered|default-viewer|viewer-pollution)', [
    [
      'the key of a function is kept for ever',
      'if (secret !== last || asBytes(secret) !== undefined) {',
      'if (key === undefined) {',
    ],
    ['bytes that changed in place keep their key', ' || asBytes(secret) !== undefined) {', ') {'],
    [
      'options are read through the prototype',
      '{ __proto__: null, ...given } as unknown as',
      '{ ...given } as unknown as',
    ],
  ]),
  ...group('seer-client.ts', 'rules/(seer-client|redirects|body)', [
    [
      'redirects are off only without a viewer',
      '  config.maxRedirects = 0;',
      '  if (config.viewerContext === null) config.maxRedirects = 0;',
    ],
    ['a view is sent as its whole buffer', 'isBufferOfView ? data : body', 'body'],
    ['the body is not copied', 'return Buffer.from(bytes);', 'return bytes;'],
    ['credentials in baseURL are overlooked', '[url, baseURL].some', '[url].some'],
    ['a stream that looks like an object is signed', "typeof pipe === 'function' || ", ''],
    ['a form that has a toJSON is signed', ' || FORM.test(tag)', ''],
  ]),
  ...group('protocol/pair.ts', 'protocol/pair', [
    ['the cache of pairs is unbounded', '    if (known.size >= MAX_PAIRS) known.clear();\n', ''],
    [
      'two keys share the cache of pairs',
      'let known = pairs.get(key);',
      'let known = pairs.get(Object as never);\n  key = pairs.has(Object as never) ? key : (pairs.set(Object as never, (known = new Map<string, Pair>())), key);',
    ],
    [
      'a payload is read before it is verified',
      '  assertSigned(VIEWER_CONTEXT_HEADER, payload, signature, keys);\n  const parsed = parsePayload(payload);\n',
      '  const parsed = parsePayload(payload);\n  assertSigned(VIEWER_CONTEXT_HEADER, payload, signature, keys);\n',
    ],
    ['only the first five keys are looked at', 'Object.keys(parsed).every(', 'Object.keys(parsed).slice(0, 5).every('],
    ['a further key is allowed beside known ones', '!Object.keys(parsed).every(', '!Object.keys(parsed).some('],
  ]),
  ...group('protocol/jwt.ts', 'protocol/jwt\\.', [
    [
      'two keys share a header part',
      'let header = headerParts.get(key);',
      'let header = [...(globalThis as never as { parts: string[] }).parts ?? []][0];\n  (globalThis as never as { parts: string[] }).parts = [header ?? encode(`{"alg":"HS256","kid":"${keyId(key)}","typ":"JWT"}`)];',
    ],
    [
      'claims are parsed before they are verified',
      '  assertSigned(VIEWER_CONTEXT_HEADER, signingInput, signature, keys, kid);\n  const payload = parsePayload(claimsText);\n',
      '  const payload = parsePayload(claimsText);\n  assertSigned(VIEWER_CONTEXT_HEADER, signingInput, signature, keys, kid);\n',
    ],
    [
      'only the header must be canonical',
      "if (text !== '' && encode(text) === part) return text;",
      "if (text !== '' && (encode(text) === part || !text.includes('alg'))) return text;",
    ],
    ['spare bits of a signature may be set', '([\\w-]{42}[AEIMQUYcgkosw048])', '([\\w-]{43})'],
    ['an audience of null passes', "if ('aud' in claims)", "if (claims['aud'] != null)"],
    ['the leeway is on one side only', 'if (start > now + LEEWAY)', 'if (start > now)'],
    ['a token may live for any length of time', ' || exp - iat > MAX_LIFETIME', ''],
    ['times are fractions', 'Math.floor(Date.now() / 1000);', 'Date.now() / 1000;'],
  ]),
  ...group('protocol/formats.ts', 'protocol/formats|protocol/jwt\\.', [
    [
      'an empty signature makes it a token',
      'if (!formats.includes(format)) {',
      "if (!formats.includes(signature === '' ? 'jwt' : format)) {",
    ],
    [
      'what is accepted is read through the prototype',
      '{ __proto__: null, ...options } as VerifyViewerContextOptions',
      'options',
    ],
  ]),
  ...group('protocol/shared-secret.ts', 'protocol/', [
    [
      'signatures are compared in variable time',
      'timingSafeEqual(hmac(key, message).digest(), received)',
      "hmac(key, message).digest('hex') === received.toString('hex')",
    ],
    ['only the first two secrets count', '[...(secrets as unknown[])].map(toKey)', 'secrets.slice(0, 2).map(toKey)'],
    ['the key id is not compared', 'keys.filter((key) => keyId(key) === kid)', 'keys'],
    ['the key id may be cut short', 'keyId(key) === kid', 'keyId(key).startsWith(kid)'],
    ['a private key is a secret', "if (secret.type !== 'secret') throw", "if (secret.type === 'public') throw"],
    [
      'a secret goes through the buffer pool',
      'new TextEncoder().encode(secret as string)',
      'Buffer.from(secret as string)',
    ],
    ['a received signature goes through the buffer pool', 'Buffer.alloc(32);', "Buffer.from(signature, 'hex');"],
  ]),
  ...group('protocol/viewer-context.ts', 'protocol/(viewer|pair|jwt\\.)', [
    [
      'unknown keys are looked for in pairs only',
      'if (!Object.hasOwn(WIRE_NAMES, key)) throw',
      'if (fields.length === 2 && !Object.hasOwn(WIRE_NAMES, key)) throw',
    ],
    [
      'what a pair cannot carry is left out',
      'if ((context[key] ?? undefined) !== undefined) throw',
      'if (context === undefined) throw',
    ],
    [
      'ids are written from the prototype',
      'Object.hasOwn(viewer, key) && viewer[key] !== undefined',
      'viewer[key] !== undefined',
    ],
    ['payloads are read from the prototype', 'return { __proto__: null, ...parsed };', 'return { ...parsed };'],
    ['the largest id is off by one', 'Number.isSafeInteger(value)', 'Number.isInteger(value)'],
  ]),
];
