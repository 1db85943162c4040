// Node has it from 20.4 on, and `await using` in the tests needs it. The package does not.
const name = 'asyncDispose';
if (!Reflect.has(Symbol, name)) Object.defineProperty(Symbol, name, { value: Symbol.for(`Symbol.${name}`) });

// Real servers and compilers take longer on a machine under load than jest's 5 s. A mutation that makes a test hang should
// be noticed sooner.
jest.setTimeout(Number(process.env['TEST_TIMEOUT'] ?? 120_000));

// The servers are local: a proxy of the environment must not stand between.
for (const key of Object.keys(process.env)) if (/_proxy$/i.test(key)) Reflect.deleteProperty(process.env, key);

// A test that asserts nothing is not a test.
beforeEach(() => {
  expect.hasAssertions();
});
