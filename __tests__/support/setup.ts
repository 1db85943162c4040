// Node has it from 20.4 on, and `await using` in the tests needs it. The package does not.
const name = 'asyncDispose';
if (!Reflect.has(Symbol, name)) Object.defineProperty(Symbol, name, { value: Symbol.for(`Symbol.${name}`) });

// Real servers and compilers take longer on a machine under load than jest's 5 s. A mutation that makes a test hang should
// be noticed sooner.
jest.setTimeout(Number(process.env['TEST_TIMEOUT'] ?? 60_000));

// A test that asserts nothing is not a test.
beforeEach(() => {
  expect.hasAssertions();
});
