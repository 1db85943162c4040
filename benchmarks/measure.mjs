import { measure } from 'mitata';

/**
 * Measures all cases in each of several rounds, so that a slow moment of the machine meets all of them, and returns each
 * case's median time a call in every round, in ns. What takes less than 10 µs is timed in batches, the rest call by call.
 */
export async function measureRounds(cases, { rounds = 40, nsPerCase = 20e6 } = {}) {
  const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let round = -2; round < rounds; round += 1) {
    for (const name of shuffled(Object.keys(cases))) {
      const stats = await measure(cases[name], {
        min_cpu_time: nsPerCase,
        min_samples: 4,
        batch_samples: 256,
        batch_threshold: 10_000,
        gc: false,
      });
      if (round >= 0) times[name].push(stats.p50); // the first two rounds only warm up
    }
  }
  return times;
}

/** In another order each time, so that no case always comes after the same other, and pays for what that has left behind. */
function shuffled(names) {
  return names
    .map((name) => ({ name, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ name }) => name);
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median, over the rounds, of what a case takes more than another. */
export function addedTime(times, base) {
  return median(times.map((time, round) => time - base[round]));
}

/** The median, over the rounds, of the ratio of an added time to a reference. */
export function addedRatio(times, base, reference) {
  return median(times.map((time, round) => (time - base[round]) / reference[round]));
}
