/** Runs with a property on Object.prototype, as after a prototype pollution. */
export async function polluted(property: string, value: unknown, run: () => unknown): Promise<void> {
  Object.defineProperty(Object.prototype, property, { value, configurable: true, writable: true, enumerable: true });
  try {
    await run();
  } finally {
    Reflect.deleteProperty(Object.prototype, property);
  }
}
