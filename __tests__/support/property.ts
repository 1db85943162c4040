import fc from 'fast-check';

// PROPERTY_SEED=… as printed repeats a run. PROPERTY_RUNS=1000000 is for the night.
export const SEED = Number(process.env['PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
export const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 2_000);

fc.configureGlobal({ seed: SEED });
process.stderr.write(`property seed ${String(SEED)}\n`);

export { fc };
