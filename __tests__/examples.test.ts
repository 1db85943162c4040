import axios from 'axios';
import { runDemo } from '../examples/demo.js';
import { startSeerServer } from '../examples/seer-server.js';
import { signBody } from 'axios-viewer-context/protocol';
import { startServer } from './support/server.js';

describe('the stand-in for Seer', () => {
  const secret = 'secret-one';
  it.each<[string, string, Record<string, string>, number]>([
    ['a JSON object', '{"a":1}', {}, 200],
    ['no body', '', {}, 200],
    ['an unsigned body', '{"a":1}', { Authorization: '' }, 401],
    ['a body signed with another secret', '{"a":1}', { Authorization: signBody('{"a":1}', 'secret-two') }, 401],
    ['another body than signed', '{"a":1}', { Authorization: signBody('{"a":2}', secret) }, 401],
    ['a scheme in lower case', '{"a":1}', { Authorization: signBody('{"a":1}', secret).toLowerCase() }, 401],
    ['another content type', '{"a":1}', { 'content-type': 'text/plain' }, 415],
    ['a list', '[1]', {}, 400],
    ['a string', '"a"', {}, 400],
    ['null', 'null', {}, 400],
    ['no JSON', '{', {}, 400],
    ['a viewer without signature', '{"a":1}', { 'X-Viewer-Context': '{"user_id":2}' }, 401],
  ])('answers %s as Seer does', async (_name, body, headers, status) => {
    const seer = await startSeerServer(secret);
    try {
      const response = await axios.post(seer.url, body, {
        headers: { 'content-type': 'application/json', Authorization: signBody(body, secret), ...headers },
        transformRequest: [],
        validateStatus: null,
      });
      expect(response.status).toBe(status);
    } finally {
      await seer.close();
    }
  });
});

describe('the demo', () => {
  const run = async (env: Record<string, string>): Promise<[passed: boolean, output: string]> => {
    const lines: string[] = [];
    return [await runDemo(env, (line) => lines.push(line)), lines.join('\n')];
  };

  it('shows what was sent, what the server established, and what it refused and why', async () => {
    const [passed, output] = await run({});
    expect(passed).toBe(true);
    expect(output.match(/-> 200/g)).toHaveLength(6);
    expect(output).toContain('X-Viewer-Context: {"organization_id":42,"user_id":7}');
    expect(output).toContain('Seer established: organization 42\n');
    expect(output).toContain('Seer established: user 7\n');
    expect(output).toContain('Seer established: organization 42, user 7\n');
    expect(output).toContain('Seer established: nobody\n');
    expect(output).toMatch(/A tampered context\n {2}-> 401, refused. ERR_SIGNATURE_MISMATCH/);
    expect(output).toMatch(/Another secret\n {2}-> 401, refused. ERR_SIGNATURE_MISMATCH/);
    expect(output).toMatch(/An unsigned body\n {2}-> 401, refused. ERR_MISSING_HEADER/);
    expect(output).not.toMatch(/[0-9a-f]{64}|a secret for this demo/);
  });

  it('speaks to another Seer', async () => {
    const seer = await startSeerServer('secret-one');
    try {
      const [passed, output] = await run({ SEER_URL: seer.url, SEER_API_SHARED_SECRET: 'secret-one' });
      expect(passed).toBe(true);
      expect(output).toContain(`Seer at ${seer.url}, shared secret with key id ea77193c`);
      const [refused, why] = await run({ SEER_URL: seer.url, SEER_API_SHARED_SECRET: 'secret-two' });
      expect(refused).toBe(false);
      expect(why).toMatch(/The demo failed: .* was refused/);
    } finally {
      await seer.close();
    }
  });

  it('takes what another Seer answers as it comes', async () => {
    await using lenient = await startServer();
    const [passed, output] = await run({ SEER_URL: lenient.origin, SEER_API_SHARED_SECRET: 'secret-one' });
    expect(passed).toBe(true);
    expect(output).toContain('-> 200, without saying for whom');
  });

  it.each<[string, Record<string, string>, string]>([
    ['there is no server', { SEER_URL: 'http://127.0.0.1:1', SEER_API_SHARED_SECRET: 'x' }, 'ECONNREFUSED'],
    [
      'there is no secret',
      { SEER_URL: 'http://127.0.0.1:1', SEER_API_SHARED_SECRET: '' },
      'SEER_API_SHARED_SECRET must be',
    ],
    ['the secret is padded', { SEER_API_SHARED_SECRET: 'x\n' }, 'white space'],
    ['the URL is none', { SEER_URL: 'seer', SEER_API_SHARED_SECRET: 'x' }, 'baseURL'],
  ])('fails with a sentence when %s', async (_name, env, sentence) => {
    const [passed, output] = await run(env);
    expect(passed).toBe(false);
    expect(output.split('\n').at(-1)).toMatch(/^The demo failed: /);
    expect(output).toContain(sentence);
    expect(output).not.toContain('    at ');
  });
});
