import type { Established } from '../../__tests__/support/receiver.js';

/** What a sender tells the receiver of a request, in headers that are not signed. */
export const NOTES = {
  /** Who the request was made for, as `viewerText` writes it. */
  madeFor: 'x-made-for',
  /** The format that the client signs in. */
  format: 'x-format',
  /** `yes` asks for the answer 503. */
  fail: 'x-fail',
} as const;

/** One text for each viewer: the ids as a payload has them. */
export function viewerText(viewer: Established): string {
  return viewer === 'no viewer' ? viewer : JSON.stringify(viewer);
}
