/** A promise that a test settles when it wants to. */
export interface Deferred<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (reason?: unknown) => void;
}

export function deferred<Value = void>(): Deferred<Value> {
  let settle: Omit<Deferred<Value>, 'promise'> | undefined;
  const promise = new Promise<Value>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle! };
}

/** A function for an option that returns when the test says so, and tells when it has been called. */
export function vault<Value>(): { ask: () => Promise<Value>; called: Promise<void>; answer: Deferred<Value> } {
  const called = deferred();
  const answer = deferred<Value>();
  const ask = (): Promise<Value> => {
    called.resolve();
    return answer.promise;
  };
  return { ask, called: called.promise, answer };
}
