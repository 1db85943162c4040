// Both builds of this package, and a module loaded anew, may meet on one client or one config: what they must know of
// each other is kept under Symbol.for, not in a module.

const ATTACHED = Symbol.for('axios-viewer-context.attached');
const OURS = Symbol.for('axios-viewer-context.transform');

/** The interceptor managers of the clients that are attached. (A wrapper of a client shares its manager.) */
export function attachedManagers(): WeakSet<object> {
  const existing = Reflect.get(globalThis, ATTACHED) as WeakSet<object> | undefined;
  if (existing !== undefined) return existing;
  const managers = new WeakSet();
  Object.defineProperty(globalThis, ATTACHED, { value: managers });
  return managers;
}

export function markAsOurs<Transform extends object>(transform: Transform): Transform {
  return Object.assign(transform, { [OURS]: true });
}

export function isOurs(transform: unknown): boolean {
  return typeof transform === 'function' && Object.hasOwn(transform, OURS);
}
