import { notLastTransform, prepareAttempt, spentSignature, type Attempt } from './attempt.js';
import type { AxiosClient, FinalConfig, Interceptor, RequestConfig } from './axios-types.js';
import { assertNoCredentials, signableBody } from './body.js';
import {
  assertNoDetour,
  destinationNotAllowed,
  destinationProblem,
  destinationUrls,
  guardRedirects,
  originOf,
} from './destination.js';
import { missingSecretReporter } from './missing-secret.js';
import type { Settings } from './options.js';
import { configValue } from './properties.js';
import { AUTHORIZATION_HEADER, VIEWER_CONTEXT_HEADER, VIEWER_CONTEXT_SIGNATURE_HEADER } from './protocol/headers.js';
import { normalizeViewerContext, serializeViewer } from './protocol/viewer-context.js';
import { rememberLast } from './remember.js';
import {
  assertForwarded,
  removeFetchOverrides,
  removeHeaders,
  removeOwnHeader,
  spellingsOf,
  union,
} from './request-headers.js';
import { appendTransform } from './transforms.js';

const VIEWER_HEADERS = [VIEWER_CONTEXT_HEADER, VIEWER_CONTEXT_SIGNATURE_HEADER];
const VIEWER = spellingsOf(VIEWER_HEADERS);
const AUTHORIZATION = spellingsOf([AUTHORIZATION_HEADER]);
// The caller's framing could cut a signed body short on the wire; axios makes its own.
const BODY = spellingsOf([AUTHORIZATION_HEADER, 'Content-Length', 'Transfer-Encoding']);
const NO_ORIGINS: ReadonlySet<string> = new Set();

/** The request interceptor of one client. */
export function createInterceptor(client: AxiosClient, settings: Settings): Interceptor {
  const { signsBody } = settings;
  const reportMissingSecret = missingSecretReporter(settings);
  const originOfUrl = rememberLast(originOf);

  // Never throws and never rejects: another plugin's handler could recover and send the request unsigned. What it could
  // not resolve, the transform refuses. Not `synchronous`: there, a throw elsewhere can skip it (axios up to 1.18.1).
  return function interceptor(received) {
    const config = writable(received);
    const attempt = prepareAttempt(config, client, settings);
    const append = (): typeof config => {
      appendTransform(
        config,
        (final, data, isLast) => signFinalRequest(final, data, attempt, isLast),
        (headers) => {
          removeOwnHeader(headers, AUTHORIZATION, attempt.authorization);
        },
      );
      return config;
    };
    return attempt.pending === undefined ? append() : attempt.pending.then(append);
  };

  // Runs last, as the last request transform: only then are context, URL, headers and body what will be sent.
  // Interceptors that run after ours, and axios itself, still change them before.
  function signFinalRequest(config: FinalConfig, data: unknown, attempt: Attempt, isLast: boolean): unknown {
    // An attempt signs once. On the config of an earlier request it runs again only where that is sent without our
    // interceptor, by another client: then it refuses what it had signed, and signs nothing more.
    const { state, signer } = attempt;
    if (state === 'signed') throw spentSignature();
    attempt.state = 'ran';
    if (attempt.problem !== undefined) throw attempt.problem;

    const viewer = normalizeViewerContext(configValue(config, 'viewerContext'));
    config.viewerContext = viewer;
    // Not those that transforms are given: one may have put others in their place, and these are sent.
    const { headers } = config;
    removeHeaders(headers, VIEWER);
    removeFetchOverrides(config);
    if (viewer === null && !signsBody) return data;

    if (attempt.signerProblem !== undefined) throw attempt.signerProblem;
    if (signer === undefined) {
      reportMissingSecret();
      return data;
    }
    if (state === 'ran') throw spentSignature();
    if (signsBody && !isLast) throw notLastTransform();

    // By value, since a config may be copied on the way; nobody can tell the default from an equal explicit viewer.
    const { defaultPayload } = attempt;
    const isDefault = defaultPayload !== undefined && viewer !== null && serializeViewer(viewer) === defaultPayload;
    // Without an allow-list, an explicit viewer goes where the caller addresses it; nothing else does.
    const allowedOrigins = settings.allowedOrigins() ?? (isDefault || signsBody ? NO_ORIGINS : undefined);
    const urls = destinationUrls(config);
    const problem = allowedOrigins && destinationProblem(urls, allowedOrigins, originOfUrl);
    if (problem !== undefined) {
      if (signsBody || !isDefault) throw destinationNotAllowed(problem);
      config.viewerContext = null; // a default is for allowed origins, and nobody's elsewhere, on a retry too
      return data;
    }
    assertNoDetour(config, client.defaults, allowedOrigins !== undefined);
    if (viewer !== null) assertForwarded(headers, VIEWER);
    if (signsBody) assertForwarded(headers, AUTHORIZATION);
    if (signsBody) assertNoCredentials(config, urls);
    const body = signsBody ? signableBody(config.data, data) : data;

    // Set as AxiosHeaders keeps them (all versions): every spelling of theirs is gone, so there is none to search for.
    if (viewer !== null) {
      const { payload, signature } = signer.signViewer(viewer);
      headers[VIEWER_CONTEXT_HEADER] = payload;
      headers[VIEWER_CONTEXT_SIGNATURE_HEADER] = signature;
    }
    if (signsBody) {
      attempt.authorization = signer.signBody((body as string | Uint8Array | null) ?? '');
      removeHeaders(headers, BODY);
      headers[AUTHORIZATION_HEADER] = attempt.authorization;
      config.maxRedirects = 0; // one within the origin may make a GET of it, and would carry this body's signature along
    }
    const signed = viewer === null ? [] : [...VIEWER_HEADERS];
    if (signsBody) signed.push(AUTHORIZATION_HEADER);
    guardRedirects(config, urls, signed);
    config.redact = union(config.redact, [...signed, 'viewerContext']); // for JSON.stringify(error), from axios 1.16
    attempt.state = 'signed';
    return body;
  }
}

/** The config, or a copy of one that another plugin has frozen. */
function writable<Config extends RequestConfig>(config: Config): Config {
  if (Object.isExtensible(config)) return config;
  return Object.assign(Object.create(Object.getPrototypeOf(config) as object | null) as Config, config);
}
