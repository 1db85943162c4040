const { relative } = require('node:path');

/** A reporter for jest: after the summary, how to repeat what failed. */
module.exports = class RepeatReporter {
  onRunComplete(_projects, { testResults }) {
    for (const { failureMessage, displayName, testFilePath } of testResults) {
      if (!failureMessage) continue;
      // A file that could not be loaded has no project.
      const project = displayName === undefined ? '' : `--selectProjects ${displayName.name} `;
      console.error(`To repeat: npx jest ${project}--testPathPatterns ${relative(process.cwd(), testFilePath)}`);
    }
  }
};
