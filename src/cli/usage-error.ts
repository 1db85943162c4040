/**
 * What is wrong with how the command was called. Its message is printed, so it never contains what was passed: that may
 * be a secret or a signature, passed where it does not belong.
 */
export class UsageError extends Error {}
