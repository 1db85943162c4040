import assert from 'node:assert';
import type { IncomingHttpHeaders } from 'node:http';
import type { ViewerContextFormat } from 'axios-viewer-context';
import { signViewerContext } from 'axios-viewer-context/protocol';
import { establishViewer, type Established } from '../../__tests__/support/receiver.js';
import { NOTES, viewerText } from './notes.js';
import type { Secrets } from './secrets.js';

/** Throws unless a received request is signed for the viewer that it was made for. */
export function judge(headers: IncomingHttpHeaders, secrets: Secrets): void {
  const signedFor = viewerText(establish(headers, secrets));
  const madeFor = String(headers[NOTES.madeFor]);
  if (signedFor !== madeFor) throw new Error(`signed for ${signedFor}, made for ${madeFor}`);
}

function establish(headers: IncomingHttpHeaders, { current, previous }: Secrets): Established {
  const format = headers[NOTES.format] === 'jwt' ? 'jwt' : 'pair';
  try {
    return establishViewer({ headers }, current, format);
  } catch {
    return establishViewer({ headers }, previous, format);
  }
}

/** Control: the judge accepts what is right, and refuses what it must. */
export function assertJudgeRefuses(format: ViewerContextFormat): void {
  const secrets = { current: 'the current secret', previous: 'the secret before it' };
  const signed = signViewerContext({ organizationId: 1, userId: 2 }, secrets.current, { format });
  const right: IncomingHttpHeaders = {
    'x-viewer-context': signed['X-Viewer-Context'],
    'x-viewer-context-signature': signed['X-Viewer-Context-Signature'],
    [NOTES.format]: format,
    [NOTES.madeFor]: viewerText({ organization_id: 1, user_id: 2 }),
  };
  judge(right, secrets);
  judge(right, { current: 'a new secret', previous: secrets.current });

  const wrong: Record<string, IncomingHttpHeaders> = {
    'signed for a different viewer': { ...right, [NOTES.madeFor]: viewerText({ organization_id: 1, user_id: 3 }) },
    'signed, although there is no viewer': { ...right, [NOTES.madeFor]: viewerText('no viewer') },
    unsigned: { ...right, 'x-viewer-context': undefined, 'x-viewer-context-signature': undefined },
    'tampered with': { ...right, 'x-viewer-context': `${String(right['x-viewer-context'])} ` },
    'in the other format': { ...right, [NOTES.format]: format === 'jwt' ? 'pair' : 'jwt' },
  };
  for (const [problem, headers] of Object.entries(wrong)) assert.throws(() => judge(headers, secrets), problem);
}
