// Node has this from 20.4 on, and `await using` in the tests needs it. The package does not.
const name = 'asyncDispose';
if (!Reflect.has(Symbol, name)) Object.defineProperty(Symbol, name, { value: Symbol.for(`Symbol.${name}`) });

// Real servers and compilers take longer on a machine under load than jest's 5 s. A mutant that makes a test hang
// should be killed sooner.
jest.setTimeout(Number(process.env['TEST_TIMEOUT'] ?? 120_000));

// The servers are local, so a proxy from the environment must not be used.
for (const key of Object.keys(process.env)) if (/_proxy$/i.test(key)) Reflect.deleteProperty(process.env, key);

// A test that asserts nothing is not a test.
beforeEach(() => {
  expect.hasAssertions();
});
