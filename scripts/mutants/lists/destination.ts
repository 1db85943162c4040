import type { MutantGroup } from '../mutant.js';

/** Mutants of the rules about where a viewer may go. */
export const DESTINATION_MUTANTS: readonly MutantGroup[] = [
  {
    file: 'src/destination.ts',
    tests: 'decide|rules/(destination|host-header|relative-address)',
    project: 'latest',
    mutants: [
      {
        name: 'an origin is compared by prefix',
        from: 'return origin !== undefined && allowedOrigins.includes(origin);',
        to: "return origin !== undefined && allowedOrigins !== 'none configured' && allowedOrigins.some((other) => origin.startsWith(other));",
      },
      {
        name: 'one allowed part of several is enough',
        from: 'return destination.every((target)',
        to: 'return destination.some((target)',
      },
      {
        name: 'the address is not written back',
        from: 'config[part] = String(address);',
        to: 'void String(address);',
      },
      {
        name: 'a baseURL with an absolute url is forgotten',
        from: '(!isAbsolute || allowAbsoluteUrls !== true)',
        to: '!isAbsolute',
      },
      {
        name: 'a Host is forgotten',
        from: 'return [...targets, ...findHosts(config, targets)];',
        to: 'void findHosts;\n  return targets;',
      },
      {
        name: 'a Host of another scheme',
        from: '`${scheme}//${host}`',
        to: '`http://${scheme && host}`',
      },
      {
        name: 'a relative address is signed where an origin is allowed',
        from: "return allowedOrigins === 'none configured';",
        to: 'return true;',
      },
      {
        name: 'the wrong part is named',
        from: '!isAllowedTarget(target, allowedOrigins));\n  if (refused',
        to: 'isAllowedTarget(target, allowedOrigins) || true);\n  if (refused',
      },
    ],
  },
  {
    file: 'src/origin.ts',
    tests: 'rules/(destination|relative-address|remembered|options|seer-client)',
    project: 'latest',
    mutants: [
      {
        name: 'one reserved base is enough',
        from: "['http://relative.invalid', 'https://other.invalid']",
        to: "['http://relative.invalid']",
      },
      {
        name: 'the last URL is cached by length',
        from: 'if (url !== lastUrl) {',
        to: 'if (url.length !== lastUrl.length) {',
      },
      {
        name: 'a long authority is parsed',
        from: ' && !hasLongAuthority(url) && ',
        to: ' && ',
      },
      {
        name: 'a long authority without a scheme is parsed',
        from: '  if (hasLongAuthority(address)) return false;\n',
        to: '',
      },
      {
        name: 'the limit of an authority is off by one',
        from: '{301}',
        to: '{300}',
      },
      {
        name: 'what parsers skip hides a long authority',
        from: 'LONG_AUTHORITY.test(asParsersRead(address))',
        to: 'LONG_AUTHORITY.test(address)',
      },
      {
        name: 'what parsers skip hides credentials',
        from: 'HTTP_CREDENTIALS.test(asParsersRead(address))',
        to: 'HTTP_CREDENTIALS.test(address)',
      },
    ],
  },
  {
    file: 'src/redirects.ts',
    tests: 'rules/(redirects|framing)',
    project: 'latest',
    mutants: [
      {
        name: 'a redirect is compared by host name',
        from: '...destination.map(({ origin }) => origin), originOf(href)]);',
        to: '...destination.map(({ origin }) => new URL(origin!).hostname), new URL(href).hostname]);\n  if (origins.size === 1) return true;',
      },
      {
        name: 'a redirect to another allowed origin keeps the viewer',
        from: 'return destination.length > 0 && origins.size === 1;',
        to: 'return destination.length > 0 && origins.size < 3;',
      },
      {
        name: 'only the href is compared',
        from: 'if (!isProxied) origins.add(connectionOrigin(options));',
        to: 'if (!isProxied) connectionOrigin(options);',
      },
      {
        name: 'only the connection is compared',
        from: '...destination.map(({ origin }) => origin), originOf(href)]);',
        to: '...destination.map(({ origin }) => origin)]);',
      },
      {
        name: 'a proxy loses the viewer',
        from: 'const isProxied = options.path === href;',
        to: 'const isProxied = options.path === null;',
      },
      {
        name: "the caller's hook runs last",
        from: '    if (hasBody) closeConnection(options.headers);\n',
        to: "    if (hasBody) closeConnection(options.headers);\n    if (typeof callersHook === 'function') (callersHook as RedirectHook)(options, ...details);\n",
      },
      {
        name: 'a redirected body keeps the connection',
        from: '    if (hasBody) closeConnection(options.headers);\n',
        to: '',
      },
      {
        name: 'only a signed body that is redirected closes the connection',
        from: 'if (!isAnythingSigned && !hasBody) return;',
        to: 'if (!isAnythingSigned) return;',
      },
      {
        name: 'fetch follows redirects',
        from: "redirect: 'manual' };",
        to: '};',
      },
      {
        name: 'http follows redirects with a body signature',
        from: 'if (signedHeaderNames.includes(AUTHORIZATION_HEADER)) config.maxRedirects = 0;',
        to: 'void AUTHORIZATION_HEADER;',
      },
      {
        name: 'redirects of a body signature are forbidden only with a viewer',
        from: 'if (signedHeaderNames.includes(AUTHORIZATION_HEADER)) config',
        to: 'if (signedHeaderNames.indexOf(AUTHORIZATION_HEADER) > 0) config',
      },
      {
        name: 'a retry nests the hook',
        from: "typeof hook === 'function' && Object.hasOwn(hook, CALLERS_HOOK) ? hook[CALLERS_HOOK] : hook",
        to: 'hook',
      },
    ],
  },
];
