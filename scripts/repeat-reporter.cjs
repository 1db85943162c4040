const { relative } = require('node:path');

/** A jest reporter that prints which tests were skipped and, after jest's summary, how to repeat what failed. */
module.exports = class RepeatReporter {
  onRunComplete(_projects, { testResults }) {
    for (const { testResults: tests = [] } of testResults) {
      for (const { status, fullName } of tests) {
        if (status === 'pending') console.error(`Skipped: ${fullName}`);
      }
    }
    for (const { failureMessage, displayName, testFilePath } of testResults) {
      if (!failureMessage) continue;
      // A file that could not be loaded has no project.
      const project = displayName === undefined ? '' : `--selectProjects ${displayName.name} `;
      const command = `npx jest ${project}--testPathPatterns ${relative(process.cwd(), testFilePath)}`;
      process.once('exit', () => console.error(`To repeat: ${command}`)); // jest prints its summary last of all reporters
    }
  }
};
