import type { MutantGroup } from '../mutant.js';

/** Mutants of the code that looks up the viewer and the key, decides, and signs last. */
export const DECISION_MUTANTS: readonly MutantGroup[] = [
  {
    file: 'src/interceptor.ts',
    tests: 'rules/(destination|default-viewer|redaction|attempts|redirects|secret-function|missing-secret)',
    project: 'latest',
    mutants: [
      {
        name: 'a dropped default comes back on a retry',
        from: 'finalConfig.viewerContext = decision.viewer;',
        to: 'finalConfig.viewerContext = decision.viewer ?? undefined;',
      },
      {
        name: 'the final viewer is not written to the config',
        from: '    finalConfig.viewerContext = decision.viewer;\n',
        to: '',
      },
      {
        name: 'a later interceptor undoes the redaction',
        from: '      extendRedactList(finalConfig, settings); // again',
        to: '      // again',
      },
      {
        name: 'a canceled request is not redacted',
        from: '    extendRedactList(config, settings);\n\n',
        to: '\n',
      },
      {
        name: 'only a signed viewer is recorded',
        from: 'return { body: bodyResult.body, signedHeaders };',
        to: 'return { body: bodyResult.body, signedHeaders: viewer ? signedHeaders : {} };',
      },
      {
        name: 'the warning is never reset',
        from: '        missingSecretWarning.reset();\n',
        to: '',
      },
    ],
  },
  {
    file: 'src/interceptor.ts',
    tests: 'rules/(redirects|redaction|attempts|project)',
    project: 'tokens',
    mutants: [
      {
        name: 'redirects are guarded for pairs only',
        from: 'signedHeaderNames: Object.keys(result.signedHeaders),',
        to: "signedHeaderNames: Object.keys(result.signedHeaders).filter(() => 'X-Viewer-Context-Signature' in result.signedHeaders),",
      },
      {
        name: 'the token of a static default is cached',
        from: 'viewer ? format.sign(viewer, key) : {}',
        to: 'viewer ? ((settings as { memo?: object }).memo ??= format.sign(viewer, key)) : {}',
      },
      {
        name: 'only pairs are recorded as signed',
        from: 'return { body: bodyResult.body, signedHeaders };',
        to: "return { body: bodyResult.body, signedHeaders: 'X-Viewer-Context-Signature' in signedHeaders ? signedHeaders : {} };",
      },
    ],
  },
  {
    file: 'src/viewer-lookup.ts',
    tests: 'rules/(viewer|secret-function|default-viewer|viewer-pollution)|companions',
    project: 'latest',
    mutants: [
      {
        name: 'the viewer from before later interceptors is signed',
        from: '  if (context === lookup.viewer) {',
        to: '  if (context === lookup.viewer || (!lookup.isDefault && lookup.viewer)) {',
      },
      {
        name: 'an explicit copy of the default counts as the default',
        from: 'return { viewer, isUnchangedDefault: false, error: lookup.error };',
        to: 'return { viewer, isUnchangedDefault: lookup.isDefault, error: lookup.error };',
      },
      {
        name: 'an invalid viewer that is deleted later passes as no viewer',
        from: 'isUnchangedDefault: lookup.isDefault, error: lookup.error };',
        to: 'isUnchangedDefault: lookup.isDefault, error: lookup.isDefault ? lookup.error : undefined };',
      },
      {
        name: 'the default is not written to the config',
        from: 'if (viewer !== undefined) config.viewerContext = viewer;',
        to: '',
      },
    ],
  },
  // The latest axios gives configs no prototype, and reads no polluted one.
  {
    file: 'src/viewer-lookup.ts',
    tests: 'rules/viewer-pollution',
    project: 'axios-1.8.1',
    mutants: [
      {
        name: 'a polluted viewer is read',
        from: "const context = ownValue(config, 'viewerContext'); //",
        to: 'const context: unknown = config.viewerContext; //',
      },
    ],
  },
  {
    file: 'src/viewer-lookup.ts',
    tests: 'rules/project',
    project: 'tokens',
    mutants: [
      {
        name: 'a later change of the actor alone is not seen',
        from: '  if (context === lookup.viewer) {',
        to: '  if (context === lookup.viewer || (lookup.viewer && (context as Viewer | null)?.userId === lookup.viewer.userId && (context as Viewer).organizationId === lookup.viewer.organizationId)) {',
      },
    ],
  },
  {
    file: 'src/key-lookup.ts',
    tests: 'rules/(viewer|secret-function|default-viewer)',
    project: 'latest',
    mutants: [
      {
        name: 'a static secret counts as not requested too',
        from: "  if (typeof key !== 'function') return key ?? 'no secret configured';\n",
        to: "  if (!mightSignSomething(lookup, settings)) return 'secret not requested';\n  if (typeof key !== 'function') return key ?? 'no secret configured';\n",
      },
      {
        name: 'secret() is called for a request without a viewer',
        from: '  return hasViewer || canBeCorrected || bodySigner !== undefined;',
        to: '  return hasViewer || canBeCorrected || bodySigner === undefined || hasViewer === false;',
      },
      {
        name: 'an invalid viewer cannot be corrected',
        from: 'error !== undefined && !isDefault;',
        to: 'error === null;',
      },
      {
        name: 'secret() is called after a failed default',
        from: 'error !== undefined && !isDefault;',
        to: 'error !== undefined;',
      },
    ],
  },
  {
    file: 'src/decide.ts',
    tests: 'decide|rules/(destination|default-viewer|missing-viewer|missing-secret)',
    project: 'latest',
    mutants: [
      {
        name: 'the destination is checked only with a key',
        from: "const mustCheckDestination = viewer !== null || keyLookup !== 'no secret configured';",
        to: "const mustCheckDestination = keyLookup !== 'no secret configured';",
      },
      {
        name: 'the Seer client without a viewer may send a signature anywhere',
        from: "const mustCheckDestination = viewer !== null || keyLookup !== 'no secret configured';",
        to: 'const mustCheckDestination = viewer !== null;',
      },
      {
        name: 'an explicit viewer may be dropped',
        from: '  if (!isUnchangedDefault) return false;\n',
        to: '',
      },
      {
        name: 'the Seer client drops a default',
        from: '  if (signsBodies) return false;',
        to: '  if (!isUnchangedDefault) return false;',
      },
      {
        name: "a default is dropped under 'throw'",
        from: "  if (policy.onMissingViewerContext === 'throw') return false;",
        to: '',
      },
      {
        name: 'a default is dropped although nothing is allowed',
        from: "return allowedOrigins !== 'none configured' && allowedOrigins.length > 0;",
        to: 'return true;',
      },
      {
        name: 'a default is dropped although the array is empty',
        from: "return allowedOrigins !== 'none configured' && allowedOrigins.length > 0;",
        to: "return allowedOrigins !== 'none configured';",
      },
      {
        name: 'a failed default passes as no viewer',
        from: 'if (facts.viewerError !== undefined) throw facts.viewerError;',
        to: '',
      },
      {
        name: 'null is a missing viewer too',
        from: '  if (facts.viewer === undefined) {\n',
        to: '  if (facts.viewer === undefined || facts.viewer === null) {\n',
      },
      {
        name: 'a viewer in axios defaults passes',
        from: 'if (facts.hasViewerInAxiosDefaults) {',
        to: 'if (facts.viewer === undefined && facts.hasViewerInAxiosDefaults) {',
      },
      {
        name: 'a secret that was not requested counts as none configured',
        from: "if (keyLookup === 'secret not requested') throw secretNotRequested(facts.viewerError);",
        to: "if (keyLookup === 'secret not requested') return { outcome: 'send unsigned', viewer };",
      },
      {
        name: 'a request without a secret is sent instead of refused',
        from: "if (policy.onMissingSecret === 'throw') throw",
        to: "if (policy.onMissingSecret === 'throw' && !signsBodies && viewer === null) throw",
      },
    ],
  },
  {
    file: 'src/missing-secret.ts',
    tests: 'rules/missing-secret',
    project: 'latest',
    mutants: [
      {
        name: 'it warns only once, forever',
        from: '    reset() {\n      hasWarned = false;\n',
        to: '    reset() {\n',
      },
      {
        name: 'it warns for each request',
        from: '      hasWarned = true;\n',
        to: '',
      },
    ],
  },
  {
    file: 'src/transform.ts',
    tests: 'rules/(transforms|attempts|attach)',
    project: 'latest',
    mutants: [
      {
        name: "the plugin's transform comes first",
        from: 'config.transformRequest = [...dropEarlierAttempts(config), transform];',
        to: 'config.transformRequest = [transform, ...dropEarlierAttempts(config)];',
      },
      {
        name: 'a second run signs again',
        from: '    if (attempt.signed !== undefined) {',
        to: '    if (attempt.signed === null) {',
      },
      {
        name: 'what was signed is not removed',
        from: 'takeBack(earlier.signed, config.headers as HeaderRecord);',
        to: 'void takeBack;',
      },
      {
        name: 'a value that the caller changed is removed',
        from: '(value) => values.includes(value)',
        to: '() => true',
      },
      {
        name: 'the earlier transform is not recognized',
        from: 'if (earlier === undefined) others.push(transform);',
        to: 'if (earlier !== null) others.push(transform);',
      },
      {
        name: 'another build is not recognized',
        from: "Symbol.for('axios-viewer-context.attempt')",
        to: "Symbol('attempt')",
      },
      {
        name: 'a signed config passes without the plugin',
        from: 'if (Object.keys(attempt.signed).length > 0) throw',
        to: "if ('Authorization' in attempt.signed) throw",
      },
      {
        name: 'a refused transform runs again for another client',
        from: '    attempt.signed = {}; //',
        to: '    //',
      },
    ],
  },
];
