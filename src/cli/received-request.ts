import type { ViewerContextError } from '../errors.js';
import { isViewerContextError } from '../errors.js';
import { verifyBody } from '../protocol/body.js';
import type { ViewerContextFormat } from '../protocol/formats.js';
import { verifyViewerContext } from '../protocol/verify-viewer-context.js';

/** A header as it arrived. The value is decoded as Latin-1, as receivers do. */
export type Header = readonly [name: string, value: string];

/** A request as it was received, and what it is verified against. */
export interface ReceivedRequest {
  readonly headers: readonly Header[];
  /** `undefined` if it is not known. */
  readonly body: Buffer | undefined;
  readonly secret: string;
  readonly formats: readonly ViewerContextFormat[];
}

/** The value of a header, by its name in lower case. Several values are joined, as most servers do. */
export function valueOf({ headers }: ReceivedRequest, name: string): string | undefined {
  const values = headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(', ');
}

/** The viewer headers. Without a signature, the context should be a token. */
export function viewerHeadersOf(request: ReceivedRequest): { context?: string; signature?: string } {
  const context = valueOf(request, 'x-viewer-context');
  const signature = valueOf(request, 'x-viewer-context-signature');
  return { ...(context === undefined ? {} : { context }), ...(signature === undefined ? {} : { signature }) };
}

/** Why the viewer is refused; `undefined` if it is not. */
export function refusalOfViewer({ headers, secret, formats }: ReceivedRequest): ViewerContextError | undefined {
  return refusalOf(() => verifyViewerContext(headers, { secrets: [secret], formats }));
}

/** Why the body is refused; `undefined` if it is not. */
export function refusalOfBody(request: ReceivedRequest, body: Buffer): ViewerContextError | undefined {
  return refusalOf(() => {
    verifyBody(body, valueOf(request, 'authorization'), { secrets: [request.secret] });
  });
}

function refusalOf(verify: () => unknown): ViewerContextError | undefined {
  try {
    verify();
    return undefined;
  } catch (error) {
    if (isViewerContextError(error)) return error;
    throw error;
  }
}
