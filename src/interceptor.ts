import { prepareAttempt, type Attempt } from './attempt.js';
import type {
  AxiosClient,
  FinalConfig,
  Interceptor,
  RequestConfig,
  RequestTransform,
  TransformHeaders,
} from './axios.js';
import { signFinalBody } from './body.js';
import { assertCarrier, destinationProblem, guardRedirects } from './destination.js';
import { ViewerContextError } from './errors.js';
import type { Settings } from './options.js';
import { ownValue } from './own-property.js';
import { AUTHORIZATION_HEADER, VIEWER_CONTEXT_HEADER, VIEWER_CONTEXT_SIGNATURE_HEADER } from './protocol/headers.js';
import { sign } from './protocol/signature.js';
import { normalizeViewerContext, serializeViewer } from './protocol/viewer-context.js';
import { isOurs, markAsOurs } from './registry.js';
import { assertForwarded, removeHeaders } from './request-headers.js';

const VIEWER_HEADERS = [VIEWER_CONTEXT_HEADER, VIEWER_CONTEXT_SIGNATURE_HEADER];

/** The request interceptor of one client; `signsBody` for the Seer client. */
export function createInterceptor(client: AxiosClient, settings: Settings, signsBody: boolean): Interceptor {
  let warned = false;

  // Never throws and never rejects: another plugin's handler could recover and send the request unsigned. What it could
  // not resolve, the transform refuses. Not `synchronous`: there, a throw elsewhere can skip it (axios up to 1.18.1).
  return async function interceptor(config) {
    const attempt = await prepareAttempt(config, client, settings);
    const transform: RequestTransform = function (data, headers) {
      if (attempt.state === 'signed') throw spentSignature();
      if (signsBody && attempt.key !== undefined && transformsOf(this).at(-1) !== transform) throw notLastTransform();
      return signFinalRequest(this, data, headers, attempt);
    };
    config.transformRequest = [...transformsOf(config).filter((other) => !isOurs(other)), markAsOurs(transform)];
    return config;
  };

  // Runs last, as the last request transform: only then are context, URL, headers and body what will be sent.
  // Interceptors that run after ours, and axios itself, still change them before.
  function signFinalRequest(config: FinalConfig, data: unknown, headers: TransformHeaders, attempt: Attempt): unknown {
    const isFirstRun = attempt.state === 'prepared';
    attempt.state = 'ran';
    if (attempt.problem !== undefined) throw attempt.problem;

    const viewer = normalizeViewerContext(ownValue(config, 'viewerContext'));
    config.viewerContext = viewer;
    removeHeaders(headers, VIEWER_HEADERS);
    if (viewer === null && !signsBody) return data;

    if (attempt.keyProblem !== undefined) throw attempt.keyProblem;
    if (attempt.key === undefined) {
      reportMissingSecret();
      return data;
    }
    if (!isFirstRun) throw spentSignature();

    const payload = viewer === null ? null : serializeViewer(viewer);
    const isDefault = payload !== null && payload === attempt.defaultPayload;
    const allowedOrigins = settings.allowedOrigins();
    const problem = destinationProblem(config, allowedOrigins, isDefault || signsBody);
    if (problem !== undefined && isDefault && !signsBody) {
      config.viewerContext = null;
      return data;
    }
    if (problem !== undefined) throw notAllowed(problem);
    assertCarrier(config, client.defaults, allowedOrigins !== undefined);
    const signed = [...(payload === null ? [] : VIEWER_HEADERS), ...(signsBody ? [AUTHORIZATION_HEADER] : [])];
    assertForwarded(headers, signed);

    const body = signsBody ? signFinalBody(config, data, headers, attempt.key) : data;
    if (payload !== null) {
      headers.set(VIEWER_CONTEXT_HEADER, payload, true);
      headers.set(VIEWER_CONTEXT_SIGNATURE_HEADER, sign(attempt.key, payload), true);
    }
    guardRedirects(config, signed);
    hideFromLogs(config, signed);
    attempt.state = 'signed';
    return body;
  }

  function reportMissingSecret(): void {
    if (settings.onMissingSecret === 'throw') {
      throw new ViewerContextError(
        'ERR_MISSING_SECRET',
        'No shared secret is configured, so the request cannot be signed: set the option secret.',
      );
    }
    if (warned) return;
    warned = true;
    try {
      settings.logger.warn(
        'axios-viewer-context: no shared secret is configured, so requests of this client go out without a signed viewer.',
      );
    } catch {
      // A missing secret never takes a request down, and neither does the log.
    }
  }
}

/** axios takes one function, a list, or nothing. */
function transformsOf({ transformRequest }: RequestConfig): unknown[] {
  if (transformRequest === undefined || transformRequest === null) return [];
  return Array.isArray(transformRequest) ? (transformRequest as unknown[]) : [transformRequest];
}

/** axios leaves out of `JSON.stringify(error)` what `redact` lists (from 1.16), and `sensitiveHeaders` of redirects (from 1.18). */
function hideFromLogs(config: FinalConfig, signedHeaders: readonly string[]): void {
  config.redact = union(config.redact, [...signedHeaders, 'viewerContext']);
  config.sensitiveHeaders = union(config.sensitiveHeaders, signedHeaders);
}

function union(list: unknown, names: readonly string[]): unknown[] {
  return [...new Set<unknown>([...(Array.isArray(list) ? (list as unknown[]) : []), ...names])];
}

function spentSignature(): ViewerContextError {
  return new ViewerContextError(
    'ERR_SPENT_SIGNATURE',
    'This config was signed for one attempt of the client it was made by, and is now sent by another, or after detaching: ' +
      're-submit it through the client it was attached to.',
  );
}

function notLastTransform(): ViewerContextError {
  return new ViewerContextError(
    'ERR_NOT_LAST_TRANSFORM',
    'A request transform was added after the one that signs the body, and could change what is sent: ' +
      'put it into transformRequest of the client or the request instead, which runs before.',
  );
}

function notAllowed(problem: string): ViewerContextError {
  return new ViewerContextError(
    'ERR_DESTINATION_NOT_ALLOWED',
    `The request must not be signed for where it goes: ${problem}. Its origin must be listed in the option allowedOrigins ` +
      "(default: the origin of the client's own baseURL).",
  );
}
