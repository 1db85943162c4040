/** Checks the command line of the installed package. */
import assert from 'node:assert/strict';
import { run, runOrThrow } from './run.mjs';

const SIGNED = `X-Viewer-Context: {"organization_id":1,"user_id":2}
X-Viewer-Context-Signature: 0fcce1276b18b09692e8abe64f8111705d9d4ee5cc9aadeab6bbd6fb4dcc529e
`;

/** Signs, verifies, and refuses what has been tampered with. `command` starts the program. Rejects if a step fails. */
export async function checkCommandLine(command, { cwd, env }) {
  const options = { cwd, env: { ...env, SEER_API_SHARED_SECRET: 'secret-one' } };
  assert.equal(await runOrThrow([...command, 'sign', '--organization', '1', '--user', '2'], options), SIGNED);
  assert.equal(await runOrThrow([...command, 'key-id'], options), 'ea77193c\n');

  const verify = [...command, 'verify', '--headers', '-'];
  await runOrThrow(verify, { ...options, input: SIGNED });
  const { status } = await run(verify, { ...options, input: SIGNED.replace('"user_id":2', '"user_id":3') });
  assert.equal(status, 1);
}
