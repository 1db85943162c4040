import type { AxiosClient, FinalConfig, Interceptor } from './axios-types.js';
import { clean } from './clean.js';
import { decide, type Decision, type Facts } from './decide.js';
import { findDestination } from './destination.js';
import { lookUpKey, type KeyLookup } from './key-lookup.js';
import { createMissingSecretWarning } from './missing-secret.js';
import { redactInErrors } from './redaction.js';
import { forbidRedirects, guardRedirects } from './redirects.js';
import type { Settings } from './settings.js';
import { appendTransform, type SignedRequest } from './transform.js';
import { hasViewerInDefaults, lookUpViewer, readFinalViewer, type ViewerLookup } from './viewer-lookup.js';

/**
 * Creates the request interceptor of a client. A request takes four steps: look up, clean, decide, apply.
 *
 * The interceptor only looks up. It must not reject, since another plugin could catch that and send the request unsigned,
 * so the lookups return their errors. Nor may it be registered as `synchronous`: up to and including axios 1.18.1, an
 * error in another interceptor could then make axios skip it.
 *
 * The other three steps are in a request transform, which the interceptor appends to the config. axios runs it last,
 * after the later interceptors and the other transforms, so that what is signed is what is sent. (An interceptor that
 * replaces `config.transformRequest` removes it; SECURITY.md says so.) If the transform throws, axios rejects the request
 * before anything is sent. "Later" means: runs later, which with axios is what was registered earlier.
 *
 * A retry takes all four steps again. `appendTransform` first removes the transform of the earlier attempt and the
 * headers that were signed then. The viewer is still in the config, and now counts as the request's own.
 */
export function createInterceptor(client: AxiosClient, settings: Settings): Interceptor {
  const { format, bodySigner } = settings; // only the client for Seer, which requires signed bodies, has a body signer
  const missingSecretWarning = createMissingSecretWarning(settings.logger);

  return async function viewerContextInterceptor(config) {
    // Before the lookups: if the request is cancelled meanwhile, the error holds this config.
    redactInErrors(config, settings);

    // Look up the viewer: the request's own, or else the default. It is written to the config.
    const viewerLookup = await lookUpViewer(config, settings);
    // Look up the key. If the secret is a function, it is called only if there may be something to sign.
    const keyLookup = await lookUpKey(config, viewerLookup, settings);

    appendTransform(config, (finalConfig, body) => {
      redactInErrors(finalConfig, settings); // again: a later interceptor may have replaced the list
      // Remove what a caller may not set, such as viewer headers, whether or not anything will be signed.
      clean(finalConfig, body, settings);
      const facts = gatherFacts(finalConfig, viewerLookup, keyLookup);
      // Throws if the request is refused. An error of a lookup is thrown here, if it still matters.
      const decision = decide(facts, settings);
      return applyDecision(decision, facts, finalConfig, body);
    });
    return config;
  };

  function gatherFacts(finalConfig: FinalConfig, viewerLookup: ViewerLookup, keyLookup: KeyLookup): Facts {
    const finalViewer = readFinalViewer(finalConfig, viewerLookup, settings); // a later interceptor may have changed it
    return {
      viewer: finalViewer.viewer,
      isUnchangedDefault: finalViewer.isUnchangedDefault,
      viewerError: finalViewer.error,
      hasViewerInDefaults: hasViewerInDefaults(client),
      destination: findDestination(finalConfig),
      allowedOrigins: settings.allowedOrigins(), // by default from the client's baseURL, which may change
      keyLookup,
      signsBodies: bodySigner !== undefined,
    };
  }

  /** Changes the config as decided. Returns the body to send, and the headers that were signed and set. */
  function applyDecision(decision: Decision, facts: Facts, finalConfig: FinalConfig, body: unknown): SignedRequest {
    switch (decision.outcome) {
      case 'send without viewer':
        finalConfig.viewerContext = null; // "no viewer": a retry must not look up a default that was dropped here
        return { body, signedHeaders: {} };

      case 'send unsigned':
        finalConfig.viewerContext = facts.viewer ?? null;
        missingSecretWarning.warn();
        return { body, signedHeaders: {} };

      case 'sign': {
        finalConfig.viewerContext = facts.viewer ?? null;
        missingSecretWarning.reset();
        // Only the Seer client gets here without a viewer.
        const viewerHeaders = facts.viewer ? format.sign(facts.viewer, decision.key) : {};
        const bodyResult = bodySigner ? bodySigner(finalConfig, body, decision.key) : { body, signedHeaders: {} };
        const signedHeaders = { ...viewerHeaders, ...bodyResult.signedHeaders };
        Object.assign(finalConfig.headers, signedHeaders); // the caller's have been removed, in every spelling
        guardRedirects(finalConfig, facts.destination, Object.keys(signedHeaders)); // to another origin they are removed
        if (bodySigner) forbidRedirects(finalConfig); // even to the same origin: a redirect may drop the signed body
        return { body: bodyResult.body, signedHeaders };
      }
    }
  }
}
