import type { MutantGroup } from '../mutant.js';

export const COMMAND_LINE_MUTANTS: readonly MutantGroup[] = [
  {
    file: 'src/cli/stand-in.ts',
    tests: 'cli/stand-in',
    project: 'latest',
    mutants: [
      {
        name: 'every method of /health/live gets a response',
        from: "request.method === 'GET' && request.url === '/health/live'",
        to: "request.url === '/health/live'",
      },
      {
        name: 'no body is verified',
        from: 'mustVerifyBody ? refusalOfBody(request, body) : undefined',
        to: 'refusalOfBody(request, body) && undefined',
      },
      {
        name: 'with --viewer-only, bodies are verified',
        from: 'const mustVerifyBody = !isViewerOnly || isBodySigned(request);',
        to: 'const mustVerifyBody = true;',
      },
    ],
  },
  {
    file: 'src/cli/arguments.ts',
    tests: 'cli/main',
    project: 'latest',
    mutants: [
      { name: 'an unknown option is repeated', from: "return 'Unknown option.';", to: 'return message;' },
      { name: 'an unexpected argument is repeated', from: "return 'Unexpected argument.';", to: 'return message;' },
    ],
  },
  {
    file: 'src/cli/files.ts',
    tests: 'cli/main',
    project: 'latest',
    mutants: [
      { name: 'the name of a file is repeated', from: ': the file cannot be read', to: ': ${name} cannot be read' },
    ],
  },
  {
    file: 'src/cli/json-variations.ts',
    tests: 'cli/report',
    project: 'latest',
    mutants: [
      {
        name: 'a deeply nested text is indented',
        from: 'if (indentationOf(segments) > MAX_INDENTATION) return undefined;',
        to: '',
      },
    ],
  },
  {
    file: 'src/cli/likely-cause.ts',
    tests: 'cli/report',
    project: 'latest',
    mutants: [
      {
        name: 'mistakes are undone in a large body',
        from: 'if (body.length > MAX_BODY) return',
        to: 'if (body.length < 0) return',
      },
      {
        name: 'every mismatch is a different secret',
        from: 'const isSecretRight = isViewerSigned(request);',
        to: 'const isSecretRight = false;',
      },
    ],
  },
];
