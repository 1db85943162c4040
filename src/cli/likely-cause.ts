import type { ViewerContextErrorCode } from '../errors.js';
import { keyId } from '../protocol/key-id.js';
import {
  BODY_MISTAKES,
  halve,
  isSigned,
  isTwice,
  MAX_BODY,
  MAX_HEADER,
  SECRET_MISTAKES,
  SIGNATURE_MISTAKES,
  TEXT_MISTAKES,
  TOKEN_MISTAKES,
  undoMistakes,
  type Signed,
} from './mistakes.js';
import { refusalOfBody, valueOf, viewerHeadersOf, type ReceivedRequest } from './received-request.js';

// Why a request is refused, as far as that can be found out.

/** What is known about a refusal. */
export interface Diagnosis {
  /** `undefined` if what the error says is all that is known. */
  readonly cause?: string;
  /** What was not tried because it would take too long, and why. */
  readonly notTried: readonly string[];
  /** How many ways to undo a mistake were tried. A test shows that the number is bounded. */
  readonly attempts: number;
}

const UNSIGNED_BODY =
  'the sender uses attachViewerContext, which does not sign bodies (createSeerClient does), or something on the way ' +
  'drops Authorization';
const CHANGED =
  "what arrived is not what was signed, because the request's other signature is right; or the two were signed with " +
  'different secrets';
const DIFFERENT_SECRET =
  'a different secret, which is the most common cause. Compare the key ids of both sides. If they are the same, what ' +
  'arrived is not what was signed';

/** Why the viewer is refused with this code. */
export function diagnoseViewer(request: ReceivedRequest, code: ViewerContextErrorCode): Diagnosis {
  const { context, signature } = viewerHeadersOf(request);
  const { formats, secret, body } = request;
  if (code === 'ERR_EXPIRED') {
    return known(
      'the headers were stored and sent later, instead of being signed for each attempt; or the clocks differ',
    );
  }
  if (code === 'ERR_NOT_YET_VALID') return known("the sender's clock is ahead of the clock here");
  if (context === undefined) return known('something on the way drops X-Viewer-Context, but not its signature');
  if (signature === undefined && context.startsWith('{')) {
    return known('something on the way drops X-Viewer-Context-Signature');
  }
  if (signature === undefined && !formats.includes('jwt')) {
    return known('the sender signs tokens, which --formats does not accept');
  }
  if (signature !== undefined && !formats.includes('pair')) {
    return known('the sender signs pairs, which --formats does not accept');
  }
  if (code === 'ERR_INVALID_PAYLOAD') return unknown;

  if (Math.max(context.length, signature?.length ?? 0) > MAX_HEADER) {
    return notTried(`the header is longer than ${String(MAX_HEADER)} characters`);
  }

  const signed = signature === undefined ? splitToken(context, secret) : pairOf(context, signature, secret);
  const formMistakes = signature === undefined ? TOKEN_MISTAKES : [...SIGNATURE_MISTAKES, ...TEXT_MISTAKES];
  const found = undoMistakes([...SECRET_MISTAKES, ...formMistakes], signed);
  if (found.cause !== undefined || code !== 'ERR_SIGNATURE_MISMATCH') return found;
  const kid = signature === undefined ? keyIdInToken(context) : undefined;
  if (isSigned(signed)) {
    return { ...found, cause: 'the key id in the token is not the key id of the secret that signed it' };
  }
  if (kid !== undefined && kid !== keyId(secret)) {
    return { ...found, cause: 'the sender has a different secret, as the key id in the token shows' };
  }
  const isSecretRight = body !== undefined && isBodySigned(request, body);
  return { ...found, cause: isSecretRight ? CHANGED : DIFFERENT_SECRET };
}

/** Why the body is refused with this code. */
export function diagnoseBody(request: ReceivedRequest, body: Buffer, code: ViewerContextErrorCode): Diagnosis {
  const authorization = valueOf(request, 'authorization');
  if (authorization === undefined) {
    const hasViewer = Object.keys(viewerHeadersOf(request)).length > 0;
    return known(hasViewer ? UNSIGNED_BODY : 'the sender signs nothing, or something on the way drops the headers');
  }
  const [scheme = ''] = /^rpcsignature\s+rpc0:\s*/i.exec(authorization) ?? []; // also in another case or spacing
  if (scheme === '') {
    return known('something else sets Authorization: an interceptor, `auth`, or a client that does not sign');
  }
  const signed: Signed = {
    secret: request.secret,
    message: body,
    signature: halve(authorization).slice(scheme.length),
    encoding: 'hex',
  };
  if (signed.signature.length > MAX_HEADER) {
    return notTried(`the header is longer than ${String(MAX_HEADER)} characters`);
  }
  if (isTwice(authorization) && isSigned(signed)) return known('a header was sent twice, and joined');
  if (isSigned(signed)) return known('the signature has a different case or spacing');
  if (body.length > MAX_BODY) return notTried(`the body is larger than ${String(MAX_BODY)} bytes`);
  const found = undoMistakes([...SECRET_MISTAKES, ...SIGNATURE_MISTAKES, ...TEXT_MISTAKES, ...BODY_MISTAKES], signed);
  if (found.cause !== undefined || code !== 'ERR_SIGNATURE_MISMATCH') return found;
  const isSecretRight = isViewerSigned(request);
  return { ...found, cause: isSecretRight ? CHANGED : DIFFERENT_SECRET };
}

const unknown: Diagnosis = { notTried: [], attempts: 0 };

function known(cause: string): Diagnosis {
  return { ...unknown, cause };
}

function notTried(reason: string): Diagnosis {
  return { ...unknown, notTried: [`to undo known mistakes, because ${reason}`] };
}

function pairOf(message: string, signature: string, secret: string): Signed {
  return { secret, message, signature, encoding: 'hex' };
}

/** The signature of a token covers the text before its last dot. */
function splitToken(token: string, secret: string): Signed {
  const dot = token.lastIndexOf('.');
  return { secret, message: token.slice(0, dot), signature: token.slice(dot + 1), encoding: 'base64url' };
}

/** Whether the viewer's signature is right, even if the viewer is refused for something else, such as its age. */
function isViewerSigned(request: ReceivedRequest): boolean {
  const { context, signature } = viewerHeadersOf(request);
  if (context === undefined) return false;
  const { secret } = request;
  return isSigned(signature === undefined ? splitToken(context, secret) : pairOf(context, signature, secret));
}

function isBodySigned(request: ReceivedRequest, body: Buffer): boolean {
  return refusalOfBody(request, body) === undefined;
}

/** The key id in the header of a token; `undefined` if there is none. */
export function keyIdInToken(token: string): string | undefined {
  const header = token.slice(0, token.indexOf('.'));
  return /^{[^}]*"kid":"([0-9a-f]{8})"/.exec(Buffer.from(header, 'base64url').toString())?.[1];
}
