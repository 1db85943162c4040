import fc from 'fast-check';

// A failure shows the seed: PROPERTY_SEED=… repeats the run. PROPERTY_RUNS=1000000 takes most of an hour.
export const SEED = Number(process.env['PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
export const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 2_000);

jest.setTimeout(120_000 + 3 * RUNS);

let runs = 0;
fc.configureGlobal({ seed: SEED });
fc.installGlobalPlugin(
  fc.beforeEach(() => {
    runs += 1;
    if (runs % 50_000 === 0) process.stderr.write(`${runs.toLocaleString('en')} runs, now: ${testName()}\n`);
  }),
);

function testName(): string {
  return expect.getState().currentTestName ?? '';
}

export { fc };
