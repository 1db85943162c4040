// Node has it from 20.4 on, and `await using` of the tests needs it; the package does not.
if (!('asyncDispose' in Symbol))
  Object.defineProperty(Symbol, 'asyncDispose', { value: Symbol('Symbol.asyncDispose') });
