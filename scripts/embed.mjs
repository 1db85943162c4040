// Copies each program below its marker in a document, such as <!-- examples/retry.ts -->, so that the document shows
// the program that the tests run: `npm run docs:embed`. With --check, fails if a document is out of date.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const documents = ['docs', 'docs/recipes'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`),
);

for (const document of documents) {
  const text = readFileSync(document, 'utf8');
  const embedded = text.replace(
    /^(<!-- (examples\/\S+) -->\n\n```\w+\n).*?^```$/gms,
    (_block, start, program) => `${start}${readFileSync(program, 'utf8')}\`\`\``,
  );
  if (embedded === text) continue;
  if (process.argv.includes('--check')) {
    console.error(`${document} does not show its programs as they are: run \`npm run docs:embed\`.`);
    process.exitCode = 1;
  } else {
    writeFileSync(document, embedded);
    console.log(`${document} has been updated.`);
  }
}
