import axios from 'axios';

const [, minor = 0, patch = 0] = axios.VERSION.split('.').map(Number);

function isAtLeast(otherMinor: number, otherPatch = 0): boolean {
  return minor > otherMinor || (minor === otherMinor && patch >= otherPatch);
}

/** What the axios under test can do. Where it lacks something, a test states what happens instead. */
export const FEATURES = {
  fetchAdapter: isAtLeast(7),
  /** Whether the http adapter accepts a web FormData or Blob as the body. */
  webBodies: isAtLeast(3),
  /** Whether the http adapter sends the length that a form of the package form-data claims. */
  formLength: isAtLeast(3),
  /** Whether the http adapter knows the option `httpVersion`. */
  http2: isAtLeast(13),
  /** Whether merging configs drops the keys `__proto__`, `constructor` and `prototype`. */
  dropsPrototypeKeys: isAtLeast(13, 6),
  redact: isAtLeast(16),
  /** Whether a `beforeRedirect` is told about the response. */
  redirectDetails: isAtLeast(6, 6),
  /**
   * Whether axios can merge configs despite a key on Object.prototype. Older versions reject every request that has the
   * key.
   */
  survivesPollutedKey: isAtLeast(15, 2),
};
