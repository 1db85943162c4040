import type { Established } from '../../__tests__/support/receiver.js';

/** What a sender tells the receiver about a request, in headers that are not signed. */
export const NOTES = {
  /** The viewer that the request was made for, as `viewerText` writes it. */
  madeFor: 'x-made-for',
  /** The format that the client signs in. */
  format: 'x-format',
  /** `yes` asks for a 503. */
  fail: 'x-fail',
} as const;

/** A string for each viewer: the ids as in a payload. */
export function viewerText(viewer: Established): string {
  return viewer === 'no viewer' ? viewer : JSON.stringify(viewer);
}
