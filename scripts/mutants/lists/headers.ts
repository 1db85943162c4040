import type { MutantGroup } from '../mutant.js';

/** Mutants of the code that removes, keeps and hides headers. */
export const HEADER_MUTANTS: readonly MutantGroup[] = [
  {
    file: 'src/clean.ts',
    tests: 'rules/(headers|fetch-options|attempts|destination)',
    project: 'latest',
    mutants: [
      {
        name: 'viewer headers stay',
        from: '  removeHeaders(config.headers, VIEWER_HEADER_PATTERN);\n',
        to: '',
      },
      {
        name: 'the address is not fixed',
        from: '  stringifyAddress(config);\n',
        to: '',
      },
      {
        name: 'overrides of a fetch stay',
        from: '  removeFetchOverrides(config);\n',
        to: '',
      },
      {
        name: 'overrides are deleted, not shadowed',
        from: 'headers: undefined, body: undefined, method: undefined };',
        to: 'headers: undefined };',
      },
    ],
  },
  {
    file: 'src/clean.ts',
    tests: 'rules/headers',
    project: 'tokens',
    mutants: [
      {
        name: "a caller's signature stays with a token",
        from: 'const VIEWER_HEADER_PATTERN = inAnyVariant(VIEWER_HEADERS);',
        to: 'const VIEWER_HEADER_PATTERN = inAnyVariant(VIEWER_HEADERS.slice(0, 1));',
      },
    ],
  },
  {
    file: 'src/headers.ts',
    tests: 'rules/(headers|redirects|framing|host-header|attempts)',
    project: 'latest',
    mutants: [
      {
        name: 'underscores are forgotten',
        from: "names.join('|').replaceAll('-', '[-_]')",
        to: "names.join('|')",
      },
      {
        name: 'whitespace before a name is forgotten',
        from: '`^\\\\s*(${',
        to: '`^(${',
      },
      {
        name: 'names are matched by prefix',
        from: "})\\\\s*$`, 'i')",
        to: "})`, 'i')",
      },
      {
        name: 'names are matched in one case only',
        from: "\\\\s*$`, 'i')",
        to: '\\\\s*$`)',
      },
      {
        name: 'only the first Host is a destination',
        from: '    .map((name) => headers[name])\n',
        to: '    .slice(0, 1)\n    .map((name) => headers[name])\n',
      },
    ],
  },
  {
    file: 'src/authorization.ts',
    tests: 'rules/(seer-client|attempts|headers)|companions',
    project: 'latest',
    mutants: [
      {
        name: 'a body signature survives axios-retry',
        from: '  removeHeaders(config.headers, AUTHORIZATION_PATTERN);\n',
        to: '',
      },
      {
        name: 'credentials in baseURL are overlooked',
        from: '[String(url), joined].some',
        to: '[String(url)].some',
      },
      {
        name: 'credentials in url are overlooked',
        from: '[String(url), joined].some',
        to: '[joined].some',
      },
      {
        name: 'auth is overlooked',
        from: 'if (!auth && !isInAddress) return;',
        to: 'if (!isInAddress) return;',
      },
    ],
  },
  {
    file: 'src/framing.ts',
    tests: 'rules/(framing|headers)',
    project: 'latest',
    mutants: [
      {
        name: 'Connection can list viewer headers',
        from: '/^\\s*(close|keep-alive)\\s*$/i',
        to: '/close|keep-alive/i',
      },
      {
        name: 'Content-Length of a known length stays',
        from: '  if (isExactLengthSent) removeHeaders(headers, CONTENT_LENGTH_PATTERN);\n',
        to: '',
      },
      {
        name: 'Transfer-Encoding stays',
        from: "inAnyVariant(['Transfer-Encoding', 'Trailer'])",
        to: "inAnyVariant(['Trailer'])",
      },
      {
        name: 'Trailer stays',
        from: "inAnyVariant(['Transfer-Encoding', 'Trailer'])",
        to: "inAnyVariant(['Transfer-Encoding'])",
      },
      {
        name: 'a claimed length keeps the connection',
        from: '&& !isLengthClaimed && CHUNKED_METHODS',
        to: '&& CHUNKED_METHODS',
      },
      {
        name: 'a form of the package keeps the connection',
        from: '(isNodeStream && !isFormDataPackage(body))',
        to: 'isNodeStream',
      },
      {
        name: 'an object that looks like a File keeps the connection',
        from: 'return isStream(body) && !isLengthClaimed',
        to: 'return !isLengthClaimed',
      },
      {
        name: 'a form of the package knows its length',
        from: ' || isFormDataPackage(body)) return false;',
        to: ') return false;',
      },
      {
        name: 'an object that looks like a Blob knows its length',
        from: 'return body instanceof Blob || ',
        to: "return Object.prototype.toString.call(body) === '[object File]' || body instanceof Blob || ",
      },
      {
        name: 'a form with such an object knows its length',
        from: "typeof part === 'string' || part instanceof Blob",
        to: 'part !== undefined',
      },
      {
        name: 'a stream on DELETE keeps the connection',
        from: "['POST', 'PUT', 'PATCH']",
        to: "['POST', 'PUT', 'PATCH', 'DELETE']",
      },
      {
        name: 'a stream on a method of its own keeps the connection',
        from: 'CHUNKED_METHODS.includes(String(method).toUpperCase())',
        to: "!['GET', 'DELETE', 'OPTIONS', 'HEAD'].includes(String(method).toUpperCase())",
      },
      {
        name: 'an upload by POST closes the connection',
        from: "['POST', 'PUT', 'PATCH']",
        to: "['PUT', 'PATCH']",
      },
      {
        name: 'a Blob closes the connection',
        from: 'return body instanceof Blob || ',
        to: 'return ',
      },
      {
        name: 'HTTP/2 gets a Connection',
        from: '    removeHeaders(headers, CONNECTION_PATTERN); // HTTP/2',
        to: '    // HTTP/2',
      },
    ],
  },
  {
    file: 'src/redaction.ts',
    tests: 'rules/redaction',
    project: 'latest',
    mutants: [
      {
        name: "the caller's redaction is lost",
        from: '[...callersNames, ...ALWAYS_REDACTED',
        to: '[...ALWAYS_REDACTED',
      },
      {
        name: 'agents are shown',
        from: "['viewerContext', 'httpAgent', 'httpsAgent']",
        to: "['viewerContext', 'httpsAgent']",
      },
      {
        name: 'the viewer is shown',
        from: "['viewerContext', 'httpAgent', 'httpsAgent']",
        to: "['httpAgent', 'httpsAgent']",
      },
      {
        name: 'the body signature is shown',
        from: 'bodySigner === undefined ? format.headers : [',
        to: 'bodySigner !== null ? format.headers : [',
      },
    ],
  },
  {
    file: 'src/redaction.ts',
    tests: 'rules/redaction',
    project: 'tokens',
    mutants: [
      {
        name: 'tokens are not redacted',
        from: '...ALWAYS_REDACTED, ...signedNames]',
        to: "...ALWAYS_REDACTED, ...signedNames.filter((name) => name !== 'X-Viewer-Context')]",
      },
    ],
  },
];
