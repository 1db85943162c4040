import type { AxiosClient, FinalConfig, Interceptor } from './axios-types.js';
import { clean } from './clean.js';
import { decide, type Decision, type Facts } from './decide.js';
import { findDestination } from './destination.js';
import { lookUpKey, type KeyLookup } from './key-lookup.js';
import { createMissingSecretWarning } from './missing-secret.js';
import { extendRedactList } from './redaction.js';
import { guardRedirects } from './redirects.js';
import type { Settings } from './settings.js';
import { appendTransform, type TransformResult } from './transform.js';
import { hasViewerInAxiosDefaults, lookUpViewer, readFinalViewer, type ViewerLookup } from './viewer-lookup.js';

/**
 * Creates the request interceptor of a client. A request takes four steps: look up, clean, decide, apply.
 *
 * The interceptor only looks up and prepares. It must not reject, because another plugin could catch the error and send
 * the request unsigned. The lookups therefore return their errors. Do not register it as `synchronous`: up to and
 * including axios 1.18.1, an error in another interceptor could then make axios skip this interceptor.
 *
 * The other three steps are in a request transform, which the interceptor appends to the config. axios runs this
 * transform last, after all interceptors and all other transforms, so what is signed is what is sent. If it throws,
 * axios rejects the request before anything is sent. (SECURITY.md says what an interceptor that changes
 * `config.transformRequest` can do.)
 *
 * A retry of the same config takes all four steps again. `appendTransform` then removes the transform of the earlier
 * attempt, and the headers that were signed.
 *
 * Below, a "later interceptor" is one that axios runs after this one. By default, axios runs request interceptors in
 * the reverse order of their registration.
 */
export function createInterceptor(client: AxiosClient, settings: Settings): Interceptor {
  const { format, bodySigner } = settings; // only the Seer client has a body signer: Seer requires signed bodies
  const missingSecretWarning = createMissingSecretWarning(settings.logger);

  return async function viewerContextInterceptor(config) {
    // Keep the viewer and what is signed out of logged errors. Do this before the lookups: if the request is canceled
    // during them, the error contains this config.
    extendRedactList(config, settings);

    // Look up the viewer: the request's own, or else the default from the settings. It is also written to the config,
    // where later interceptors can see and change it.
    const viewerLookup = await lookUpViewer(config, settings);
    // Look up the signing key, which is made from the secret. If the secret is a function, it is called only if there
    // is a viewer or a body to sign. If it was not called, and a later interceptor adds a viewer, `decide` refuses the
    // request.
    const keyLookup = await lookUpKey(config, viewerLookup, settings);

    appendTransform(config, (finalConfig, body) => {
      extendRedactList(finalConfig, settings); // again: a later interceptor may have replaced the array

      // Clean: remove what a caller may not set, such as viewer headers, whether or not anything will be signed.
      clean(finalConfig, body, settings);

      // Decide. `decide` throws most refusals; `clean` and the body signer throw their own. It also throws the error of
      // a lookup, if the request still needs the result.
      const facts = gatherFacts(finalConfig, viewerLookup, keyLookup);
      const decision = decide(facts, settings);

      // Apply the decision.
      const result = applyDecision(decision, finalConfig, body);
      // A redirect must not take the signed headers to another origin. If the redirect arrives before the whole body is
      // sent, the connection must not be reused: the server could read the rest of the body as another request.
      guardRedirects(finalConfig, {
        destination: facts.destination,
        signedHeaderNames: Object.keys(result.signedHeaders),
        hasBody: result.body !== undefined && result.body !== null,
      });
      return result;
    });
    return config;
  };

  function gatherFacts(finalConfig: FinalConfig, viewerLookup: ViewerLookup, keyLookup: KeyLookup): Facts {
    const finalViewer = readFinalViewer(finalConfig, viewerLookup, settings); // a later interceptor may have changed it
    return {
      viewer: finalViewer.viewer,
      isUnchangedDefault: finalViewer.isUnchangedDefault,
      viewerError: finalViewer.error,
      hasViewerInAxiosDefaults: hasViewerInAxiosDefaults(client), // axios has merged it into the request's own viewer
      destination: findDestination(finalConfig),
      allowedOrigins: settings.allowedOrigins(), // by default from the client's baseURL, which can change
      keyLookup,
      signsBodies: bodySigner !== undefined,
    };
  }

  /** Changes the config as decided. Returns the body to send, and the headers that were signed and set. */
  function applyDecision(decision: Decision, finalConfig: FinalConfig, body: unknown): TransformResult {
    // Write the final viewer back. A retry treats it as the request's own viewer, even if it came from the default.
    // `null` means no viewer, and no default.
    finalConfig.viewerContext = decision.viewer;

    switch (decision.outcome) {
      case 'send without viewer':
        return { body, signedHeaders: {} };

      case 'send unsigned': // no secret is configured, so the plugin sets no header
        missingSecretWarning.warn();
        return { body, signedHeaders: {} };

      case 'sign': {
        missingSecretWarning.reset();
        const { viewer, key } = decision;
        const viewerHeaders = viewer ? format.sign(viewer, key) : {}; // without a viewer, only the Seer client gets here
        const bodyResult = bodySigner ? bodySigner(finalConfig, body, key) : { body, signedHeaders: {} };
        const signedHeaders = { ...viewerHeaders, ...bodyResult.signedHeaders };
        Object.assign(finalConfig.headers, signedHeaders); // `clean` has removed a caller's headers of these names
        return { body: bodyResult.body, signedHeaders };
      }
    }
  }
}
