// Node has it from 20.4 on, and `await using` of the tests needs it; the package does not.
const name = 'asyncDispose';
if (!Reflect.has(Symbol, name)) Object.defineProperty(Symbol, name, { value: Symbol.for(`Symbol.${name}`) });
