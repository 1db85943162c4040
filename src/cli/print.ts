/** Prints a line. Returns the exit status of a command that has done its work. */
export function print(text: string): 0 {
  process.stdout.write(`${text}\n`);
  return 0;
}
