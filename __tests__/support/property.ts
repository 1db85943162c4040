import fc from 'fast-check';

// A run can be repeated: PROPERTY_SEED=… as printed. PROPERTY_RUNS=1000000 is for the night.
export const SEED = Number(process.env['PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
export const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 2_000);

fc.configureGlobal({ seed: SEED });
process.stderr.write(`property seed ${String(SEED)}\n`);

export { fc };
