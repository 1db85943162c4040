/** Runs the checks in workerd, as the one test of `workerd test`. */
import { runChecks } from './checks.mjs';

export default {
  async test(_controller, environment) {
    await runChecks(JSON.parse(environment.TASK), (line) => console.log(line));
  },
};
