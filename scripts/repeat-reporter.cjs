const { relative } = require('node:path');

/** A reporter for jest: after the summary, how to repeat what failed. */
module.exports = class RepeatReporter {
  onRunComplete(_projects, { testResults }) {
    for (const { failureMessage, displayName, testFilePath } of testResults) {
      if (!failureMessage) continue;
      const path = relative(process.cwd(), testFilePath);
      console.error(`To repeat: npx jest --selectProjects ${displayName.name} --testPathPatterns ${path}`);
    }
  }
};
