/** This package, loaded a second time, as an application gets it that has two versions or both builds of it. */
export function isolatedCopy(): typeof import('axios-viewer-context') {
  let copy: unknown;
  jest.isolateModules(() => {
    copy = jest.requireActual('axios-viewer-context');
  });
  return copy as typeof import('axios-viewer-context');
}

/** A promise, and what settles it. */
export function deferred<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((settle) => (resolve = settle));
  return { promise, resolve };
}
