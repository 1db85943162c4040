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
  ...group('decide.ts', 'decide|rules/(destination|default-viewer|missing-viewer|missing-secret)', [
    [
      'the destination is checked only with a key',
      "const mustCheckDestination = viewer !== null || keyLookup !== 'no secret configured';",
      "const mustCheckDestination = keyLookup !== 'no secret configured';",
    ],
    [
      'the Seer client without a viewer may send a signature anywhere',
      "const mustCheckDestination = viewer !== null || keyLookup !== 'no secret configured';",
      'const mustCheckDestination = viewer !== null;',
    ],
    ['an explicit viewer may be dropped', '  if (!isUnchangedDefault) return false;\n', ''],
    ['the Seer client drops a default', '  if (signsBodies) return false;', '  if (!isUnchangedDefault) return false;'],
    ["a default is dropped under 'throw'", "  if (policy.onMissingViewerContext === 'throw') return false;", ''],
    [
      'a default is dropped although nothing is allowed',
      "return allowedOrigins !== 'none configured' && allowedOrigins.length > 0;",
      'return true;',
    ],
    [
      'a default is dropped although the list is empty',
      "return allowedOrigins !== 'none configured' && allowedOrigins.length > 0;",
      "return allowedOrigins !== 'none configured';",
    ],
    ['a failed default passes as no viewer', 'if (facts.viewerError !== undefined) throw facts.viewerError;', ''],
    [
      'null is a missing viewer too',
      '  if (facts.viewer === undefined) {\n',
      '  if (facts.viewer === undefined || facts.viewer === null) {\n',
    ],
    [
      'a viewer in the defaults of axios passes',
      'if (facts.hasViewerInAxiosDefaults) {',
      'if (facts.viewer === undefined && facts.hasViewerInAxiosDefaults) {',
    ],
    [
      'a secret that was not requested counts as none configured',
      "if (keyLookup === 'secret not requested') throw secretNotRequested(facts.viewerError);",
      "if (keyLookup === 'secret not requested') return { outcome: 'send unsigned', viewer };",
    ],
    [
      'a request without a secret is sent instead of refused',
      "if (policy.onMissingSecret === 'throw') throw",
      "if (policy.onMissingSecret === 'throw' && !signsBodies && viewer === null) throw",
    ],
  ]),
  ...group('missing-secret.ts', 'rules/missing-secret', [
    ['it warns only once, for ever', '    reset() {\n      hasWarned = false;\n', '    reset() {\n'],
    ['it warns for each request', '      hasWarned = true;\n', ''],
  ]),
  ...group(
    'interceptor.ts',
    'rules/(destination|default-viewer|redaction|attempts|redirects|secret-function|missing-secret)',
    [
      [
        'a dropped default comes back on a retry',
        'finalConfig.viewerContext = decision.viewer;',
        'finalConfig.viewerContext = decision.viewer ?? undefined;',
      ],
      ['the final viewer is not written to the config', '    finalConfig.viewerContext = decision.viewer;\n', ''],
      [
        'a later interceptor undoes the redaction',
        '      extendRedactList(finalConfig, settings); // again',
        '      // again',
      ],
      ['a cancelled request is not redacted', '    extendRedactList(config, settings);\n\n', '\n'],
      [
        'only a signed viewer is recorded',
        'return { body: bodyResult.body, signedHeaders };',
        'return { body: bodyResult.body, signedHeaders: viewer ? signedHeaders : {} };',
      ],
      ['the warning is never reset', '        missingSecretWarning.reset();\n', ''],
    ],
  ),
  ...group(
    'interceptor.ts',
    'rules/(redirects|redaction|attempts|project)',
    [
      [
        'redirects are guarded for pairs only',
        'signedHeaderNames: Object.keys(result.signedHeaders),',
        "signedHeaderNames: Object.keys(result.signedHeaders).filter(() => 'X-Viewer-Context-Signature' in result.signedHeaders),",
      ],
      [
        'the token of a static default is cached',
        'viewer ? format.sign(viewer, key) : {}',
        'viewer ? ((settings as { memo?: object }).memo ??= format.sign(viewer, key)) : {}',
      ],
      [
        'only pairs are recorded as signed',
        'return { body: bodyResult.body, signedHeaders };',
        "return { body: bodyResult.body, signedHeaders: 'X-Viewer-Context-Signature' in signedHeaders ? signedHeaders : {} };",
      ],
    ],
    'tokens',
  ),
  ...group('viewer-lookup.ts', 'rules/(viewer|secret-function|default-viewer|viewer-pollution)|companions', [
    [
      'the viewer from before later interceptors is signed',
      '  if (context === lookup.viewer) {',
      '  if (context === lookup.viewer || (!lookup.isDefault && lookup.viewer)) {',
    ],
    [
      'an explicit copy of the default counts as the default',
      'return { viewer, isUnchangedDefault: false, error: lookup.error };',
      'return { viewer, isUnchangedDefault: lookup.isDefault, error: lookup.error };',
    ],
    [
      'an invalid viewer that is deleted later passes as no viewer',
      'isUnchangedDefault: lookup.isDefault, error: lookup.error };',
      'isUnchangedDefault: lookup.isDefault, error: lookup.isDefault ? lookup.error : undefined };',
    ],
    ['the default is not written to the config', 'if (viewer !== undefined) config.viewerContext = viewer;', ''],
  ]),
  // The latest axios gives configs no prototype, and reads no polluted one.
  ...group(
    'viewer-lookup.ts',
    'rules/viewer-pollution',
    [
      [
        'a polluted viewer is read',
        "const context = ownValue(config, 'viewerContext'); //",
        'const context: unknown = config.viewerContext; //',
      ],
    ],
    'axios-1.8.1',
  ),
  ...group(
    'viewer-lookup.ts',
    'rules/project',
    [
      [
        'a later change of the actor alone is not seen',
        '  if (context === lookup.viewer) {',
        '  if (context === lookup.viewer || (lookup.viewer && (context as Viewer | null)?.userId === lookup.viewer.userId && (context as Viewer).organizationId === lookup.viewer.organizationId)) {',
      ],
    ],
    'tokens',
  ),
  ...group('key-lookup.ts', 'rules/(viewer|secret-function|default-viewer)', [
    [
      'a static secret counts as not requested too',
      "  if (typeof key !== 'function') return key ?? 'no secret configured';\n",
      "  if (!maySignSomething(lookup, settings)) return 'secret not requested';\n  if (typeof key !== 'function') return key ?? 'no secret configured';\n",
    ],
    [
      'secret() is called for a request without a viewer',
      '  return hasViewer || mayBeCorrected || bodySigner !== undefined;',
      '  return hasViewer || mayBeCorrected || bodySigner === undefined || hasViewer === false;',
    ],
    ['an invalid viewer cannot be corrected', 'error !== undefined && !isDefault;', 'error === null;'],
    ['secret() is called after a failed default', 'error !== undefined && !isDefault;', 'error !== undefined;'],
  ]),
  ...group('transform.ts', 'rules/(transforms|attempts|attach)', [
    [
      'ours comes first',
      'config.transformRequest = [...dropEarlierAttempts(config), transform];',
      'config.transformRequest = [transform, ...dropEarlierAttempts(config)];',
    ],
    ['a second run signs again', '    if (attempt.signed !== undefined) {', '    if (attempt.signed === null) {'],
    ['what was signed is not removed', 'takeBack(earlier.signed, config.headers as HeaderRecord);', 'void takeBack;'],
    ['a value that the caller changed is removed', '(value) => values.includes(value)', '() => true'],
    [
      'our own transform is not recognized',
      'if (earlier === undefined) others.push(transform);',
      'if (earlier !== null) others.push(transform);',
    ],
    ['another build is not recognized', "Symbol.for('axios-viewer-context.attempt')", "Symbol('attempt')"],
    [
      'a signed config passes without the plugin',
      'if (Object.keys(attempt.signed).length > 0) throw',
      "if ('Authorization' in attempt.signed) throw",
    ],
    ['a refused transform runs again for another client', '    attempt.signed = {}; //', '    //'],
  ]),
  ...group('clean.ts', 'rules/(headers|fetch-options|attempts|destination)', [
    ['viewer headers stay', '  removeHeaders(config.headers, VIEWER_HEADER_PATTERN);\n', ''],
    ['the address is not fixed', '  stringifyAddress(config);\n', ''],
    ['overrides of a fetch stay', '  removeFetchOverrides(config);\n', ''],
    [
      'overrides are deleted, not shadowed',
      'headers: undefined, body: undefined, method: undefined };',
      'headers: undefined };',
    ],
  ]),
  ...group(
    'clean.ts',
    'rules/headers',
    [
      [
        "a caller's signature stays beside a token",
        'const VIEWER_HEADER_PATTERN = inAnySpelling(VIEWER_HEADERS);',
        'const VIEWER_HEADER_PATTERN = inAnySpelling(VIEWER_HEADERS.slice(0, 1));',
      ],
    ],
    'tokens',
  ),
  ...group('authorization.ts', 'rules/(seer-client|attempts|headers)|companions', [
    ['a body signature survives axios-retry', '  removeHeaders(config.headers, AUTHORIZATION_PATTERN);\n', ''],
    ['credentials in baseURL are overlooked', '[String(url), joined].some', '[String(url)].some'],
    ['credentials in url are overlooked', '[String(url), joined].some', '[joined].some'],
    ['auth is overlooked', 'if (!auth && !isInAddress) return;', 'if (!isInAddress) return;'],
  ]),
  ...group('headers.ts', 'rules/(headers|redirects|framing|host-header|attempts)', [
    ['underscores are forgotten', "names.join('|').replaceAll('-', '[-_]')", "names.join('|')"],
    ['white space before a name is forgotten', '`^\\\\s*(${', '`^(${'],
    ['names are matched by prefix', "})\\\\s*$`, 'i')", "})`, 'i')"],
    ['names are matched in one case only', "\\\\s*$`, 'i')", '\\\\s*$`)'],
    [
      'only the first Host is a destination',
      '    .map((spelling) => headers[spelling])\n',
      '    .slice(0, 1)\n    .map((spelling) => headers[spelling])\n',
    ],
  ]),
  ...group('framing.ts', 'rules/(framing|headers)', [
    ['Connection may name our headers', '/^\\s*(close|keep-alive)\\s*$/i', '/close|keep-alive/i'],
    [
      'Content-Length of a known length stays',
      '  if (isExactLengthSent) removeHeaders(headers, CONTENT_LENGTH_PATTERN);\n',
      '',
    ],
    ['Transfer-Encoding stays', "inAnySpelling(['Transfer-Encoding', 'Trailer'])", "inAnySpelling(['Trailer'])"],
    ['Trailer stays', "inAnySpelling(['Transfer-Encoding', 'Trailer'])", "inAnySpelling(['Transfer-Encoding'])"],
    ['a claimed length keeps the connection', '&& !isLengthClaimed && CHUNKED_METHODS', '&& CHUNKED_METHODS'],
    ['a form of the package keeps the connection', '(isNodeStream && !isFormDataPackage(body))', 'isNodeStream'],
    [
      'an object that looks like a File keeps the connection',
      'return isStream(body) && !isLengthClaimed',
      'return !isLengthClaimed',
    ],
    ['a form of the package knows its length', ' || isFormDataPackage(body)) return false;', ') return false;'],
    [
      'an object that looks like a Blob knows its length',
      'return body instanceof Blob || ',
      "return Object.prototype.toString.call(body) === '[object File]' || body instanceof Blob || ",
    ],
    [
      'a form with such an object knows its length',
      "typeof part === 'string' || part instanceof Blob",
      'part !== undefined',
    ],
    ['a stream on DELETE keeps the connection', "['POST', 'PUT', 'PATCH']", "['POST', 'PUT', 'PATCH', 'DELETE']"],
    [
      'a stream on a method of its own keeps the connection',
      'CHUNKED_METHODS.includes(String(method).toUpperCase())',
      "!['GET', 'DELETE', 'OPTIONS', 'HEAD'].includes(String(method).toUpperCase())",
    ],
    ['an upload by POST closes the connection', "['POST', 'PUT', 'PATCH']", "['PUT', 'PATCH']"],
    ['a Blob closes the connection', 'return body instanceof Blob || ', 'return '],
    ['HTTP/2 gets a Connection', '    removeHeaders(headers, CONNECTION_PATTERN); // HTTP/2', '    // HTTP/2'],
  ]),
  ...group('redaction.ts', 'rules/redaction', [
    ["the caller's redaction is lost", '[...callersNames, ...ALWAYS_REDACTED', '[...ALWAYS_REDACTED'],
    ['agents are shown', "['viewerContext', 'httpAgent', 'httpsAgent']", "['viewerContext', 'httpsAgent']"],
    ['the viewer is shown', "['viewerContext', 'httpAgent', 'httpsAgent']", "['httpAgent', 'httpsAgent']"],
    [
      'the body signature is shown',
      'bodySigner === undefined ? format.headers : [',
      'bodySigner !== null ? format.headers : [',
    ],
  ]),
  ...group(
    'redaction.ts',
    'rules/redaction',
    [
      [
        'tokens are not redacted',
        '...ALWAYS_REDACTED, ...signedNames]',
        "...ALWAYS_REDACTED, ...signedNames.filter((name) => name !== 'X-Viewer-Context')]",
      ],
    ],
    'tokens',
  ),
  ...group('destination.ts', 'decide|rules/(destination|host-header|relative-address)', [
    [
      'an origin is compared by prefix',
      'return origin !== undefined && allowedOrigins.includes(origin);',
      "return origin !== undefined && allowedOrigins !== 'none configured' && allowedOrigins.some((other) => origin.startsWith(other));",
    ],
    ['one allowed part of several is enough', 'return destination.every((target)', 'return destination.some((target)'],
    ['the address is not written back', 'config[part] = String(address);', 'void String(address);'],
    ['a baseURL beside an absolute url is forgotten', '(!isAbsolute || allowAbsoluteUrls !== true)', '!isAbsolute'],
    [
      'a Host is forgotten',
      'return [...targets, ...findHosts(config, targets)];',
      'void findHosts;\n  return targets;',
    ],
    ['a Host of another scheme', '`${scheme}//${host}`', '`http://${scheme && host}`'],
    [
      'a relative address is signed where an origin is allowed',
      "return allowedOrigins === 'none configured';",
      'return true;',
    ],
    [
      'the wrong part is named',
      '!isAllowedTarget(target, allowedOrigins));\n  const problem',
      'isAllowedTarget(target, allowedOrigins) || true);\n  const problem',
    ],
  ]),
  ...group('origin.ts', 'rules/(destination|relative-address|remembered|options|seer-client)', [
    [
      'one reserved base is enough',
      "['http://relative.invalid', 'https://other.invalid']",
      "['http://relative.invalid']",
    ],
    ['the last URL is cached by length', 'if (url !== lastUrl) {', 'if (url.length !== lastUrl.length) {'],
    ['a long authority is parsed', ' && !hasLongAuthority(url) && ', ' && '],
    ['a long authority without a scheme is parsed', '  if (hasLongAuthority(address)) return false;\n', ''],
    ['the limit of an authority is off by one', '{301}', '{300}'],
    [
      'what parsers skip hides a long authority',
      'LONG_AUTHORITY.test(asParsersRead(address))',
      'LONG_AUTHORITY.test(address)',
    ],
    [
      'what parsers skip hides credentials',
      'HTTP_CREDENTIALS.test(asParsersRead(address))',
      'HTTP_CREDENTIALS.test(address)',
    ],
  ]),
  ...group('redirects.ts', 'rules/(redirects|framing)', [
    [
      'a redirect is compared by host name',
      '...destination.map(({ origin }) => origin), originOf(href)]);',
      '...destination.map(({ origin }) => new URL(origin!).hostname), new URL(href).hostname]);\n  if (origins.size === 1) return true;',
    ],
    [
      'a redirect to another allowed origin keeps the viewer',
      'return destination.length > 0 && origins.size === 1;',
      'return destination.length > 0 && origins.size < 3;',
    ],
    [
      'only the href is compared',
      'if (!isProxied) origins.add(connectionOrigin(options));',
      'if (!isProxied) connectionOrigin(options);',
    ],
    [
      'only the connection is compared',
      '...destination.map(({ origin }) => origin), originOf(href)]);',
      '...destination.map(({ origin }) => origin)]);',
    ],
    [
      'a proxy loses the viewer',
      'const isProxied = options.path === href;',
      'const isProxied = options.path === null;',
    ],
    [
      "the caller's hook runs last",
      '    if (hasBody) closeConnection(options.headers);\n',
      "    if (hasBody) closeConnection(options.headers);\n    if (typeof callersHook === 'function') (callersHook as RedirectHook)(options, ...details);\n",
    ],
    ['a redirected body keeps the connection', '    if (hasBody) closeConnection(options.headers);\n', ''],
    [
      'only a signed body that is redirected closes the connection',
      'if (!isAnythingSigned && !hasBody) return;',
      'if (!isAnythingSigned) return;',
    ],
    ['fetch follows redirects', "redirect: 'manual' };", '};'],
    [
      'http follows redirects with a body signature',
      'if (signedHeaderNames.includes(AUTHORIZATION_HEADER)) config.maxRedirects = 0;',
      'void AUTHORIZATION_HEADER;',
    ],
    [
      'redirects of a body signature are forbidden only with a viewer',
      'if (signedHeaderNames.includes(AUTHORIZATION_HEADER)) config',
      'if (signedHeaderNames.indexOf(AUTHORIZATION_HEADER) > 0) config',
    ],
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
        "ownValue(config, 'signal') as Abortable['signal']",
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
  ...group('settings.ts', 'rules/(options|secret|remembered|default-viewer|viewer-pollution)', [
    [
      'options are read through the prototype',
      '{ __proto__: null, ...given } as unknown as',
      '{ ...given } as unknown as',
    ],
    ["a function's result is not checked", '    return read(value, `${name}()`);', '    return value as Value;'],
  ]),
  ...group('seer-agents.ts', 'seer-agents', [
    [
      'all Seer clients share an agent',
      'hiddenFromJson(new http.Agent(AGENT_OPTIONS))',
      'hiddenFromJson(http.globalAgent)',
    ],
    ['agents keep no connection', 'keepAlive: true', 'keepAlive: false'],
    ['agents are serialized', 'Object.assign(agent, { toJSON: () => undefined })', 'agent'],
  ]),
  ...group('seer-client.ts', 'seer-agents|rules/seer-client', [
    [
      'a given agent is replaced',
      '    ...createSeerAgents(),\n  };',
      '  };\n  Object.assign(options, createSeerAgents());',
    ],
    ['a mocked axios is not named', 'if (client === undefined) {', 'if (client === null) {'],
  ]),
  ...group('seer-body.ts', 'rules/(seer-client|redirects|body)', [
    ['a view is sent as its whole buffer', 'isBufferOfView ? data : body', 'body'],
    ['the body is not copied', 'return Buffer.from(bytes);', 'return bytes;'],
    ['a stream that looks like an object is signed', "typeof pipe === 'function' || ", ''],
    ['a form that has a toJSON is signed', ' || FORM_TAG.test(tag)', ''],
  ]),
  ...group('protocol/pair.ts', 'protocol/pair|rules/remembered', [
    ['the cache of pairs is unbounded', '    if (pairsOfKey.size >= MAX_PAIRS) pairsOfKey.clear();\n', ''],
    [
      'two keys share the cache of pairs',
      'let pairsOfKey = cachedPairs.get(key);',
      'key = (globalThis as never as { firstKey?: SecretKeyObject }).firstKey ??= key;\n  let pairsOfKey = cachedPairs.get(key);',
    ],
    [
      'a payload is read before it is verified',
      "  assertSigned({ name: VIEWER_CONTEXT_HEADER, message: payload, signature, encoding: 'hex' }, keys);\n  const parsed = parsePayload(payload);\n",
      "  const parsed = parsePayload(payload);\n  assertSigned({ name: VIEWER_CONTEXT_HEADER, message: payload, signature, encoding: 'hex' }, keys);\n",
    ],
    ['only the first five keys are looked at', 'Object.keys(parsed).every(', 'Object.keys(parsed).slice(0, 5).every('],
    ['a further key is allowed beside known ones', '!Object.keys(parsed).every(', '!Object.keys(parsed).some('],
  ]),
  ...group('protocol/jwt.ts', 'protocol/jwt\\.', [
    [
      'two keys share a header part',
      'let part = headerParts.get(key);',
      'key = (globalThis as never as { firstKey?: SecretKeyObject }).firstKey ??= key;\n  let part = headerParts.get(key);',
    ],
    [
      'claims are parsed before they are verified',
      "  assertSigned({ name: VIEWER_CONTEXT_HEADER, message, signature, encoding: 'base64url' }, keys, candidates);\n  const claims = parsePayload(claimsText);\n",
      "  const claims = parsePayload(claimsText);\n  assertSigned({ name: VIEWER_CONTEXT_HEADER, message, signature, encoding: 'base64url' }, keys, candidates);\n",
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
    ['the key id is not compared', 'keys.filter((key) => keyIdOf(key) === kid)', 'keys.filter(() => kid.length > 0)'],
    ['the key id may be cut short', 'keyIdOf(key) === kid', 'keyIdOf(key).startsWith(kid)'],
  ]),
  ...group('protocol/verify-viewer-context.ts', 'protocol/formats|protocol/jwt\\.|protocol/received', [
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
    ['another object passes as headers without a viewer', '    assertHeaderValues(headers);\n', ''],
  ]),
  ...group('protocol/formats.ts', 'protocol/formats|rules/headers', [
    [
      'a header of one format may be set by a caller',
      'Object.values(FORMATS).flatMap((format) => format.headers)',
      'Object.values(FORMATS).slice(1).flatMap((format) => format.headers)',
    ],
  ]),
  ...group('protocol/signature.ts', 'protocol/(shared-secret|wiping)', [
    [
      'signatures are compared in variable time',
      'timingSafeEqual(digest, received)',
      "digest.toString('hex') === received.toString('hex')",
    ],
    [
      'a computed signature is not wiped',
      'useThenWipe(hmac(key, message).digest(), (digest) => timingSafeEqual(digest, received))',
      'timingSafeEqual(hmac(key, message).digest(), received)',
    ],
  ]),
  ...group('protocol/key-id.ts', 'protocol/wiping', [
    [
      'the key id is computed from a copy that is not wiped, each time',
      'let id = cachedKeyIds.get(key);',
      "let id: string | undefined;\n  createHash('sha256').update((key as KeyObject).export());",
    ],
  ]),
  ...group('protocol/bytes.ts', 'protocol/wiping', [['nothing is wiped', '    bytes.fill(0);\n', '    void bytes;\n']]),
  ...group('protocol/shared-secret.ts', 'protocol/|rules/remembered', [
    ['only the first two secrets count', 'Array.from(secrets, toKey)', 'Array.from(secrets.slice(0, 2), toKey)'],
    ['a private key is a secret', "if (key.type !== 'secret') throw", "if (key.type === 'public') throw"],
    [
      'strings of one length share a key',
      'let key = keysOfStrings.get(secret);',
      'secret = [...keysOfStrings.keys()].find((other) => other.length === secret.length) ?? secret;\n  let key = keysOfStrings.get(secret);',
    ],
    ['the cache of keys has no bound', 'if (keysOfStrings.size >= MAX_STRINGS) keysOfStrings.clear();', ''],
    [
      'the bytes of a string are not wiped, and the string is copied each time',
      '    keysOfStrings.set(secret, key);\n',
      '    new TextEncoder().encode(secret);\n',
    ],
  ]),
  ...group('protocol/viewer-context.ts', 'protocol/(viewer|pair|jwt\\.)', [
    [
      'unknown keys are looked for in pairs only',
      'if (!Object.hasOwn(WIRE_NAMES, key)) throw',
      'if (fields.length === 2 && !Object.hasOwn(WIRE_NAMES, key)) throw',
    ],
    [
      'what a pair cannot carry is left out',
      'if (context[key] !== undefined && context[key] !== null) throw',
      'if (context === undefined) throw',
    ],
    ['the largest id is off by one', 'Number.isSafeInteger(value)', 'Number.isInteger(value)'],
  ]),
  ...group('protocol/payload.ts', 'protocol/(viewer|pair|jwt\\.)', [
    ['ids are written from the prototype', 'ownValue(viewer, field) !== undefined', 'viewer[field] !== undefined'],
    ['payloads are read from the prototype', 'return { __proto__: null, ...parsed };', 'return { ...parsed };'],
  ]),
];
