/** Reads an own property: whatever Object.prototype has been made to hold is not something the caller passed. */
export function ownValue(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
}

/** Reads a property of a config, own or inherited from another config, as axios does; not one of Object.prototype. */
export function configValue(config: object, key: string): unknown {
  for (let holder: unknown = config; isConfig(holder); holder = Object.getPrototypeOf(holder)) {
    if (Object.hasOwn(holder, key)) return (holder as Record<string, unknown>)[key];
  }
  return undefined;
}

function isConfig(holder: unknown): holder is object {
  return holder !== null && !Object.hasOwn(holder as object, 'isPrototypeOf'); // that is Object.prototype, of any realm
}
