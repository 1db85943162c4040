import type { AxiosClient, FinalConfig, Interceptor } from './axios-types.js';
import { clean } from './clean.js';
import { decide, type Decision, type Facts } from './decide.js';
import { findDestination } from './destination.js';
import { lookUpKey, type KeyLookup } from './key-lookup.js';
import { createMissingSecretWarning } from './missing-secret.js';
import { redact } from './redaction.js';
import { followNoRedirects, guardRedirects } from './redirects.js';
import type { Settings } from './settings.js';
import { appendTransform, type SignedRequest } from './transform.js';
import { assertNoViewerInDefaults, lookUpViewer, readFinalViewer, type ViewerLookup } from './viewer-lookup.js';

/**
 * Creates the request interceptor of a client. A request goes through four steps: look up, clean, decide, apply.
 *
 * The interceptor itself only looks up. The other steps are in a request transform that it appends. axios runs this
 * transform after all other interceptors and transforms, so what is signed is what is sent. If it throws, axios rejects
 * the request before anything is sent.
 *
 * The interceptor never rejects: another plugin could catch the rejection and send the request unsigned. Nor is it ever
 * registered as `synchronous`: an error in another interceptor could then make axios skip it (up to 1.18.1).
 */
export function createInterceptor(client: AxiosClient, settings: Settings): Interceptor {
  const { bodySigner, format } = settings; // only the Seer client has a body signer
  const missingSecretWarning = createMissingSecretWarning(settings.logger);

  return async function viewerContextInterceptor(config) {
    redact(config); // already here: a request that is cancelled while something is looked up reaches no transform

    // What cannot be looked up is kept as an error, which `decide` throws if it still matters then.
    const viewerLookup = await lookUpViewer(config, settings);
    const key = await lookUpKey(config, viewerLookup, settings);

    appendTransform(config, (finalConfig, body) => {
      assertNoViewerInDefaults(client);
      clean(finalConfig, body, settings);
      const facts = gatherFacts(finalConfig, viewerLookup, key);
      const decision = decide(facts, settings);
      return apply(decision, facts, finalConfig, body);
    });
    return config;
  };

  function gatherFacts(finalConfig: FinalConfig, viewerLookup: ViewerLookup, key: KeyLookup): Facts {
    const viewer = readFinalViewer(finalConfig, viewerLookup, settings); // a later interceptor may have changed it
    return {
      viewer,
      isUnchangedDefault: viewerLookup.isDefault && viewer === viewerLookup.viewer,
      viewerError: viewerLookup.error,
      destination: findDestination(finalConfig),
      allowedOrigins: settings.allowedOrigins(),
      key,
      signsBodies: bodySigner !== undefined,
    };
  }

  /** Returns the body to send, and the headers that were signed. */
  function apply(decision: Decision, facts: Facts, finalConfig: FinalConfig, body: unknown): SignedRequest {
    redact(finalConfig); // again: a later interceptor may have set a list of its own
    if (decision.outcome === 'send without viewer') {
      finalConfig.viewerContext = null; // also if there was a default: a retry must not look it up again
      return { body, signedHeaders: {} };
    }
    finalConfig.viewerContext = facts.viewer ?? null;
    if (decision.outcome === 'send without secret') {
      missingSecretWarning.warn();
      return { body, signedHeaders: {} };
    }
    missingSecretWarning.reset();

    // Only the Seer client gets here without a viewer: it signs the body of every request.
    const viewerHeaders = facts.viewer ? format.sign(facts.viewer, decision.key) : {};
    const signedBody = bodySigner ? bodySigner(finalConfig, body, decision.key) : { body, signedHeaders: {} };
    const signedHeaders = { ...viewerHeaders, ...signedBody.signedHeaders };
    const signedNames = Object.keys(signedHeaders);

    Object.assign(finalConfig.headers, signedHeaders);
    guardRedirects(finalConfig, facts.destination, signedNames);
    if (bodySigner) followNoRedirects(finalConfig); // even within the origin: a redirect may change the body
    redact(finalConfig, signedNames);
    return { body: signedBody.body, signedHeaders };
  }
}
