/** The results of the checks, each with an outcome ('ok', 'failed' or 'n/a') and a detail, and their table. */

/** The checks that the program reports, from `checks.mjs`. */
export const PROGRAM_CHECKS = [
  'control',
  'protocol',
  'attach/http',
  'attach/fetch',
  'Seer/http',
  'Seer/fetch',
  'redirect/http',
  'redirect/fetch',
  'abort/http',
  'abort/fetch',
  'receiver',
];

/** All checks: the columns of the table. `ends`: the program ends by itself, as its open connections must allow. */
const CHECKS = ['install', 'import', 'require', 'command line', ...PROGRAM_CHECKS, 'ends'];

export function failed(detail) {
  return { outcome: 'failed', detail };
}

/** Whether an action succeeds. If not, the detail is its error. */
export async function outcomeOf(action) {
  try {
    await action();
    return { outcome: 'ok' };
  } catch (error) {
    return failed(error.message);
  }
}

/** Prints the table, and below it what failed, what does not apply, and what was not available. */
export function printTable(rows) {
  const shown = rows.filter(({ results }) => results !== undefined);
  // Two lines of headings keep the table narrow.
  const headings = [0, 1].map((line) => ['', ...CHECKS.map((check) => check.split(/[ /]/)[line] ?? '')]);
  const cells = shown.map(({ name, results }) => [name, ...CHECKS.map((check) => results[check]?.outcome ?? '-')]);
  const table = [...headings, ...cells];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table) {
    const line = row.map((cell, column) => cell.padEnd(widths[column])).join('  ');
    console.log(line.trimEnd());
  }

  for (const { name, results } of shown) printDetails(name, results, 'failed');
  for (const { name, results } of shown) printDetails(name, results, 'n/a');
  for (const { name, reason } of rows) {
    if (reason !== undefined) console.log(`\n${name} was not available: ${reason}`);
  }
}

/** Prints each detail once, with the checks that share it. */
function printDetails(name, results, outcome) {
  const checksByDetail = new Map();
  for (const [check, result] of Object.entries(results)) {
    if (result.outcome !== outcome) continue;
    checksByDetail.set(result.detail, [...(checksByDetail.get(result.detail) ?? []), check]);
  }
  for (const [detail, checks] of checksByDetail) {
    console.log(`\n${name}: ${checks.join(', ')}: ${outcome}: ${detail.trimEnd()}`);
  }
}
