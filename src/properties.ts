/** Reads an own property: whatever Object.prototype has been made to hold is not something the caller passed. */
export function ownValue(object: object, key: PropertyKey): unknown {
  return Object.hasOwn(object, key) ? (object as Record<PropertyKey, unknown>)[key] : undefined;
}

/** Reads a property of a config, own or inherited from another config, as axios does; not one of Object.prototype. */
export function configValue(config: object, key: string): unknown {
  if (Object.hasOwn(config, key)) return (config as Record<string, unknown>)[key];
  const parent = Object.getPrototypeOf(config) as object | null;
  return parent === null || isObjectPrototype(parent) ? undefined : configValue(parent, key);
}

/** Whether an object is Object.prototype, of any realm. */
export function isObjectPrototype(object: object): boolean {
  if (object === Object.prototype) return true;
  return Object.hasOwn(object, 'isPrototypeOf') && Object.getPrototypeOf(object) === null;
}

/** Whether a value would be awaited. Reading `then` may throw, as awaiting it would. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
