import { connect } from 'node:net';
import axios from 'axios';
import { runDemo } from '../examples/demo.js';
import { startSeerServer } from '../examples/seer-server.js';
import { signBody } from 'axios-viewer-context/protocol';

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
    ['malformed JSON', '{', {}, 400],
    ['a body over 10 MB', JSON.stringify({ a: 'x'.repeat(10_000_000) }), {}, 413],
    ['a viewer without a signature', '{"a":1}', { 'X-Viewer-Context': '{"user_id":2}' }, 401],
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
  it('shows on one screen what is sent, what Seer establishes, and what it refuses', async () => {
    const lines: string[] = [];
    expect(await runDemo((line) => lines.push(line))).toEqual([]);
    const output = lines.join('\n');
    expect(output.split('\n').length).toBeLessThanOrEqual(25);
    for (const row of [
      /^ {2}for an organization +\{"organization_id":42\} .* 200 organization 42$/m,
      /^ {2}for a user +\{"user_id":7\} .* 200 user 7$/m,
      /^ {2}for both +\{"organization_id":42,"user_id":7\} .* 200 organization 42, user 7$/m,
      /^ {2}as a token +eyJ\w+… +- .* 200 organization 42, user 7$/m,
      /^ {2}without a viewer +- +- .* 200 no viewer$/m,
      /^ {2}default viewer +\{"organization_id":1\} .* 200 organization 1$/m,
      /^ {2}the first server received +organization 42, user 7$/m,
      /^ {2}the redirect target received +no viewer$/m,
      /^ {2}signature invented .* 401 ERR_SIGNATURE_MISMATCH$/m,
      /^ {2}viewer tampered with .* 401 ERR_SIGNATURE_MISMATCH$/m,
      /^ {2}another secret .* 401 ERR_SIGNATURE_MISMATCH$/m,
      /^ {2}viewer unsigned .* 401 ERR_MALFORMED_HEADER$/m,
      /^ {2}body tampered with .* 401 ERR_SIGNATURE_MISMATCH$/m,
      /^ {2}body unsigned .* 401 ERR_MISSING_HEADER$/m,
      /^All as it should be\.$/m,
    ]) {
      expect(output).toMatch(row);
    }
    expect(output).not.toMatch(/[0-9a-f]{64}|a secret for this demo/);
  });
});

it('the stand-in survives an aborted upload', async () => {
  const seer = await startSeerServer('secret-one');
  try {
    const { hostname, port } = new URL(seer.url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.end('POST / HTTP/1.1\r\nHost: seer\r\nContent-Length: 100\r\n\r\nabc', () => socket.destroy());
      });
      socket.on('close', () => {
        resolve();
      });
    });
    const response = await axios.get(seer.url, { headers: { Authorization: signBody('', 'secret-one') } });
    expect(response.status).toBe(200);
  } finally {
    await seer.close();
  }
});
