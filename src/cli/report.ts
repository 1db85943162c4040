import { createHash } from 'node:crypto';
import type { ViewerContextError, ViewerContextErrorCode } from '../errors.js';
import { keyId } from '../protocol/key-id.js';
import { diagnoseBody, diagnoseViewer, keyIdInToken, type Diagnosis } from './likely-cause.js';
import { refusalOfBody, refusalOfViewer, valueOf, viewerHeadersOf, type ReceivedRequest } from './received-request.js';

interface Report {
  readonly isValid: boolean;
  readonly lines: readonly string[];
}

/** Verifies a request as a receiver does, check by check. The lines contain no secret, signature, token or id. */
export function report(captured: ReceivedRequest): Report {
  const secret = captured.secret.trim(); // removes byte order marks too
  const request = { ...captured, secret };
  const id = keyId(secret); // first, because it throws for an unusable secret and says why
  const viewer = checkViewer(request);
  const body = checkBody(request);
  const isTrimmed = secret === captured.secret;
  return {
    isValid: isTrimmed && viewer.isValid && body.isValid && (viewer.isVerified || body.isVerified),
    lines: [
      `secret: ${String(Buffer.byteLength(secret))} bytes, key id ${id}`,
      ...(isTrimmed ? [] : ['  INVALID: the secret has whitespace around it. Trim it where you read it.']),
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
    const lines = ['viewer: none, because the request has no viewer headers'];
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
    const lines = ['body: not given, so not verified. Pass --body FILE, or --body /dev/null for an empty body.'];
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
  // Only the first sentence: the others say what to do about it in a program. Here, the likely cause says that.
  const problem = refusal.message.replace(/(?<=\.) .*/, '');
  lines.push(`  INVALID, ${refusal.code}: ${problem}`);
  const { cause, notTried } = diagnose(refusal.code);
  if (cause !== undefined) lines.push(`  likely cause: ${cause}`);
  for (const reason of notTried) lines.push(`  not tried: ${reason}`);
  return { isValid: false, isVerified: true, lines };
}
