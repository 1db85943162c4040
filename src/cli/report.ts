import { createHash } from 'node:crypto';
import type { ViewerContextError, ViewerContextErrorCode } from '../errors.js';
import { keyId } from '../protocol/key-id.js';
import { diagnoseBody, diagnoseViewer, keyIdInToken, type Diagnosis } from './likely-cause.js';
import { refusalOfBody, refusalOfViewer, valueOf, viewerHeadersOf, type ReceivedRequest } from './received-request.js';

interface Report {
  readonly isValid: boolean;
  readonly lines: readonly string[];
}

/** Verifies a request as a receiver does, check by check. The lines show no secret, signature, token or id. */
export function report(captured: ReceivedRequest): Report {
  const secret = captured.secret.trim(); // removes byte order marks too
  const request = { ...captured, secret };
  const id = keyId(secret); // first of all, it says what is wrong with a secret that cannot be used
  const viewer = checkViewer(request);
  const body = checkBody(request);
  const isTrimmed = secret === captured.secret;
  return {
    isValid: isTrimmed && viewer.isValid && body.isValid && (viewer.isVerified || body.isVerified),
    lines: [
      `secret: ${String(Buffer.byteLength(secret))} bytes, key id ${id}`,
      ...(isTrimmed ? [] : ['  INVALID: it has white space around it. Trim it where it is read.']),
      ...viewer.lines,
      ...body.lines,
    ],
  };
}

interface Check extends Report {
  /** Whether there was a signature to verify. */
  readonly isVerified: boolean;
}

function checkViewer(request: ReceivedRequest): Check {
  const { context, signature } = viewerHeadersOf(request);
  if (context === undefined && signature === undefined) {
    const lines = ['viewer: none, since the request has no viewer headers'];
    return { isValid: true, isVerified: false, lines };
  }
  const message = context ?? '';
  const isPair = signature !== undefined || message.startsWith('{');
  const subject = isPair ? 'pair' : `token, key id ${keyIdInToken(message) ?? 'missing'}`;
  const refusal = refusalOfViewer(request);
  return describeCheck(subject, message, refusal, (code) => diagnoseViewer(request, code));
}

function checkBody(request: ReceivedRequest): Check {
  const { body } = request;
  if (body === undefined) {
    const isUnsigned = !/^\W*rpcsignature/i.test(valueOf(request, 'authorization') ?? ''); // or signed by another scheme
    const lines = ['body: not given, so not verified. Pass --body FILE, or --body /dev/null for an empty one.'];
    return { isValid: isUnsigned, isVerified: false, lines };
  }
  const refusal = refusalOfBody(request, body);
  return describeCheck('body', body, refusal, (code) => diagnoseBody(request, body, code));
}

function describeCheck(
  subject: string,
  message: string | Buffer,
  refusal: ViewerContextError | undefined,
  diagnose: (code: ViewerContextErrorCode) => Diagnosis,
): Check {
  const length = String(Buffer.byteLength(message));
  const sha256 = createHash('sha256').update(message).digest('hex');
  const lines = [`${subject}: ${length} bytes, SHA-256 ${sha256}`];
  if (refusal === undefined) return { isValid: true, isVerified: true, lines: [...lines, '  valid'] };
  // The library's message speaks of its API.
  const isMismatch = refusal.code === 'ERR_SIGNATURE_MISMATCH';
  const problem = isMismatch ? `The signature does not match the ${length} bytes that it covers.` : refusal.message;
  lines.push(`  INVALID, ${refusal.code}: ${problem}`);
  const { cause, notTried } = diagnose(refusal.code);
  if (cause !== undefined) lines.push(`  likely cause: ${cause}`);
  for (const reason of notTried) lines.push(`  not tried: ${reason}`);
  return { isValid: false, isVerified: true, lines };
}
