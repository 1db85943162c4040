/** Runs the checks in workerd, as the one test of `workerd test`. */
import { runChecks } from './checks.mjs';
import { createHandler } from './example/web-standard.ts';

let handler;

export default {
  fetch: (request) => handler(request),

  async test(_controller, environment) {
    const serveExample = (options) => {
      handler = createHandler(options);
      return { send: (request) => environment.SELF.fetch('http://self/', request), close: () => undefined };
    };
    await runChecks(JSON.parse(environment.TASK), serveExample, (line) => console.log(line));
  },
};
