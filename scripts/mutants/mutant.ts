/** A change to a source file that makes it wrong. At least one test must fail. */
export interface Mutant {
  /** What is wrong with the changed source. */
  readonly name: string;
  /** A string that occurs in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

/** Mutants of one source file that the same tests must kill. */
export interface MutantGroup {
  readonly file: string;
  /** A pattern for the paths of the nearest tests. */
  readonly tests: string;
  /** The jest project: `latest` (pairs), `tokens` (the tests of the rules only), or an older version of axios. */
  readonly project: string;
  readonly mutants: readonly Mutant[];
}
