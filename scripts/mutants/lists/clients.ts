import type { MutantGroup } from '../mutant.js';

/** Mutants of the clients and their options. */
export const CLIENT_MUTANTS: readonly MutantGroup[] = [
  {
    file: 'src/attach.ts',
    tests: 'rules/attach',
    project: 'latest',
    mutants: [
      {
        name: 'another build is not recognized',
        from: "Symbol.for('axios-viewer-context.interceptor')",
        to: "Symbol('interceptor')",
      },
    ],
  },
  // The latest axios never gives an id twice.
  {
    file: 'src/attach.ts',
    tests: 'rules/attach',
    project: 'axios-1.8.1',
    mutants: [
      {
        name: "detach ejects another plugin's interceptor",
        from: '.some((handler) => handler?.fulfilled === interceptor) ?? true',
        to: '.some((handler) => handler !== null) ?? true',
      },
    ],
  },
  {
    file: 'src/settings.ts',
    tests: 'rules/(options|secret|remembered|default-viewer|viewer-pollution)',
    project: 'latest',
    mutants: [
      {
        name: 'options are read through the prototype',
        from: '{ __proto__: null, ...given } as unknown as',
        to: '{ ...given } as unknown as',
      },
      {
        name: "a function's result is not checked",
        from: '    return read(value, `${name}()`);',
        to: '    return value as Value;',
      },
    ],
  },
  {
    file: 'src/abort.ts',
    tests: 'rules/abort',
    project: 'latest',
    mutants: [
      {
        name: 'a listener is left on the signal',
        from: "    signal?.removeEventListener('abort', abort);\n",
        to: '',
      },
      {
        name: 'a listener is left on the cancel token',
        from: '    cancelToken?.unsubscribe(abort);\n',
        to: '',
      },
      {
        name: 'a signal that was aborted earlier is forgotten',
        from: '  if (signal?.aborted) abort();\n',
        to: '',
      },
    ],
  },
  // The latest axios gives configs no prototype.
  {
    file: 'src/abort.ts',
    tests: 'rules/abort',
    project: 'axios-1.8.1',
    mutants: [
      {
        name: 'a polluted signal is read',
        from: "ownValue(config, 'signal') as Abortable['signal']",
        to: '(config as Abortable).signal',
      },
    ],
  },
  {
    file: 'src/seer-client.ts',
    tests: 'seer-agents|rules/seer-client',
    project: 'latest',
    mutants: [
      {
        name: 'a given agent is replaced',
        from: '    ...createSeerAgents(),\n  };',
        to: '  };\n  Object.assign(options, createSeerAgents());',
      },
      {
        name: 'a mocked axios is not named',
        from: 'if (client === undefined) {',
        to: 'if (client === null) {',
      },
    ],
  },
  {
    file: 'src/seer-agents.ts',
    tests: 'seer-agents',
    project: 'latest',
    mutants: [
      {
        name: 'all Seer clients share an agent',
        from: 'hiddenFromJson(new http.Agent(AGENT_OPTIONS))',
        to: 'hiddenFromJson(http.globalAgent)',
      },
      {
        name: 'agents keep no connection',
        from: 'keepAlive: true',
        to: 'keepAlive: false',
      },
      {
        name: 'agents are serialized',
        from: 'Object.assign(agent, { toJSON: () => undefined })',
        to: 'agent',
      },
    ],
  },
  {
    file: 'src/seer-body.ts',
    tests: 'rules/(seer-client|redirects|body)',
    project: 'latest',
    mutants: [
      {
        name: 'a view is sent as its whole buffer',
        from: 'isBufferOfView ? data : body',
        to: 'body',
      },
      {
        name: 'the body is not copied',
        from: 'return Buffer.from(bytes);',
        to: 'return bytes;',
      },
      {
        name: 'a stream that looks like an object is signed',
        from: "typeof pipe === 'function' || ",
        to: '',
      },
      {
        name: 'a form that has a toJSON is signed',
        from: ' || FORM_TAG.test(tag)',
        to: '',
      },
    ],
  },
];
