/**
 * What is wrong with how the command was called. The message is printed, so it never contains what was passed, which
 * could be a secret or a signature in the wrong place.
 */
export class UsageError extends Error {}
