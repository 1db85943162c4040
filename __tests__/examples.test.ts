import { runDemo } from '../examples/demo.js';

describe('the demo', () => {
  it('shows on one screen what is sent, what Seer verifies, and what it refuses', async () => {
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
      /^ {2}made-up signature .* 401 ERR_SIGNATURE_MISMATCH$/m,
      /^ {2}tampered viewer .* 401 ERR_SIGNATURE_MISMATCH$/m,
      /^ {2}another secret .* 401 ERR_SIGNATURE_MISMATCH$/m,
      /^ {2}unsigned viewer .* 401 ERR_MALFORMED_HEADER$/m,
      /^ {2}tampered body .* 401 ERR_SIGNATURE_MISMATCH$/m,
      /^ {2}unsigned body .* 401 ERR_MISSING_HEADER$/m,
      /^Everything went as expected\.$/m,
    ]) {
      expect(output).toMatch(row);
    }
    expect(output).not.toMatch(/[0-9a-f]{64}|a secret for this demo/);
  });
});
