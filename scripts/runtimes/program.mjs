/** Runs the checks in Node, Bun or Deno. */
import process from 'node:process';
import { runChecks } from './checks.mjs';

await runChecks(JSON.parse(process.env.TASK), (line) => console.log(line));
