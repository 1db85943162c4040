// Runs Stryker on each part of src/, with the tests nearest to it, and adds up the scores. A mutant that only other
// tests would kill counts as a survivor. `npm run test:mutation -- headers` runs the parts whose name contains
// "headers".
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';

const REPORT = 'reports/mutation/mutation.json';
const PROTOCOL =
  'protocol/{body,formats,index,jwt,pair,received-headers,shared-secret,signature,vectors,viewer-context,wiping} rules/remembered';
const RULES =
  'rules/{abort,attempts,default-viewer,destination,headers,missing-secret,missing-viewer,options,recovery}';
const PARTS = [
  ['src/protocol/*.ts', PROTOCOL],
  ['src/cli/*.ts', 'cli/*'],
  ['src/abort.ts', 'rules/{abort,viewer-pollution}'],
  ['src/attach.ts', 'rules/{attach,options}'],
  ['src/authorization.ts', 'rules/{seer-client,attempts,headers}'],
  ['src/clean.ts', 'rules/{headers,fetch-options,destination,seer-client}'],
  ['src/decide.ts', 'decide rules/{destination,errors}'],
  ['src/destination.ts', 'decide rules/{destination,relative-address,host-header,redirects,options}'],
  ['src/errors.ts', `${PROTOCOL} rules/{errors,missing-secret,missing-viewer,attempts,attach,viewer}`],
  ['src/framing.ts', 'rules/{framing,headers}'],
  ['src/headers.ts', 'rules/{headers,framing,host-header,redirects,attempts}'],
  ['src/interceptor.ts', `${RULES} rules/{secret,secret-function,viewer,redirects,framing,redaction,body,seer-client}`],
  ['src/key-lookup.ts', 'rules/{secret,secret-function,viewer,default-viewer,missing-secret,seer-client}'],
  ['src/missing-secret.ts', 'rules/missing-secret'],
  ['src/origin.ts', 'rules/{destination,relative-address,redirects,options,remembered,seer-client}'],
  ['src/redaction.ts', 'rules/redaction'],
  ['src/redirects.ts', 'rules/{redirects,framing,relative-address}'],
  ['src/seer-agents.ts', 'seer-agents'],
  ['src/seer-body.ts', 'rules/{seer-client,body}'],
  ['src/seer-client.ts', 'seer-agents rules/{seer-client,body}'],
  [
    'src/settings.ts',
    'rules/{options,attach,secret,missing-secret,missing-viewer,default-viewer,seer-client,remembered}',
  ],
  ['src/transform.ts', 'rules/{transforms,attempts,recovery,attempts-formats} companions'],
  ['src/viewer-lookup.ts', 'rules/{viewer,default-viewer,attach,viewer-pollution,secret-function}'],
];

let killed = 0;
let all = 0;
for (const [mutate, tests] of PARTS.filter(([name]) => name.includes(process.argv[2] ?? ''))) {
  console.log(`\n${mutate}, with the tests ${tests}`);
  const env = { ...process.env, MUTATION_TESTS: tests, TEST_TIMEOUT: '10000' };
  rmSync(REPORT, { force: true }); // the report on the previous part
  const args = ['stryker', 'run', 'scripts/stryker.json', '--mutate', mutate];
  const { status } = spawnSync('npx', args, { env, stdio: 'inherit' });
  if (status !== 0) throw new Error(`Stryker failed on ${mutate}.`);
  const { files } = JSON.parse(readFileSync(REPORT, 'utf8'));
  const statuses = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  killed += statuses.filter((status) => ['Killed', 'Timeout'].includes(status)).length;
  all += statuses.filter((status) => ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status)).length;
}
const score = (100 * killed) / all;
console.log(`\nIn total, ${killed} of ${all} mutants were killed, ${score.toFixed(2)} %.`);
process.exitCode = score >= 97 ? 0 : 1;
