// How a payload is read, by the rules of the protocol and without this package.

/** The members of the JSON object that a payload must be; `undefined` for any other text. */
export function membersOf(payload: string): Map<string, unknown> | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(payload);
  } catch {
    return undefined;
  }
  if (Object.prototype.toString.call(parsed) !== '[object Object]') return undefined;
  return new Map(Object.entries(parsed as object));
}

export function isId(value: unknown): boolean {
  return typeof value === 'number' && value % 1 === 0 && value >= 1 && value < 2 ** 53;
}
