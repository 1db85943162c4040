/** Reads an own property: whatever Object.prototype has been made to hold is not something the caller passed. */
export function ownValue(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
}
