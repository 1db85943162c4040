// Node has it from 20.4 on, and `await using` in the tests needs it. The package does not.
const name = 'asyncDispose';
if (!Reflect.has(Symbol, name)) Object.defineProperty(Symbol, name, { value: Symbol.for(`Symbol.${name}`) });

// Real servers and compilers take longer on a machine under load than jest's 5 s.
jest.setTimeout(60_000);

// A test that asserts nothing is not a test.
beforeEach(() => {
  expect.hasAssertions();
});
