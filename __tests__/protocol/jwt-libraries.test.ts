import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import jsonwebtoken from 'jsonwebtoken';
import { signViewerContext, verifyViewerContext, type ViewerContext } from 'axios-viewer-context/protocol';
import { isInstalled } from '../support/commands.js';
import { normalForm } from '../support/format.js';
import { claimsNow, headerOf, TOKEN_SECRET as secret, tokenOf } from '../support/tokens.js';

// Other libraries verify what we sign, and we verify what they sign.

interface Library {
  /** Header and claims of a token; the library's own error if it refuses. */
  readonly verify: (token: string, secret: string) => { header: object; claims: Record<string, unknown> };
  /** A token with these claims and this key id, issued now, for 900 s. */
  readonly sign: (claims: object, keyId: string) => string;
}

const joseLibrary: Library = {
  verify: (token, key) =>
    runNode(
      `const options = { algorithms: ['HS256'], issuer: 'sentry', typ: 'JWT', requiredClaims: ['iat', 'exp'] };
       const { protectedHeader, payload } = await jwtVerify(input.token, new TextEncoder().encode(input.key), options);
       console.log(JSON.stringify({ header: protectedHeader, claims: payload }));`,
      { token, key },
    ),
  sign: (claims, kid) =>
    runNode(
      `const token = new SignJWT(input.claims).setProtectedHeader({ alg: 'HS256', kid: input.kid, typ: 'JWT' });
       const key = new TextEncoder().encode(input.key);
       console.log(JSON.stringify(await token.setIssuedAt().setExpirationTime('15m').sign(key)));`,
      { claims, kid, key: secret },
    ),
};

const jsonwebtokenLibrary: Library = {
  verify(token, key) {
    const options = { issuer: 'sentry', complete: true } as const;
    const { header, payload } = jsonwebtoken.verify(token, key, { ...options, algorithms: ['HS256'] });
    return { header, claims: payload as Record<string, unknown> };
  },
  sign: (claims, keyid) => jsonwebtoken.sign(claims, secret, { keyid, expiresIn: 900 }),
};

/** What upstream has. Upstream's times have fractions. */
const pyJwtLibrary: Library = {
  verify: (token, key) =>
    runPython(
      `claims = jwt.decode(input['token'], input['key'], algorithms=['HS256'], issuer='sentry', leeway=5,
                           options={'require': ['iat', 'exp', 'iss']})
print(json.dumps({'header': jwt.get_unverified_header(input['token']), 'claims': claims}))`,
      { token, key },
    ),
  sign: (claims, kid) =>
    runPython(
      `claims = {**input['claims'], 'iat': time.time(), 'exp': time.time() + 900}
print(json.dumps(jwt.encode(claims, input['key'], algorithm='HS256', headers={'kid': input['kid']})))`,
      { claims, kid, key: secret },
    ),
};

/** Has ES modules only, so it runs outside jest. */
function runNode(program: string, input: object) {
  const script = `import { jwtVerify, SignJWT } from 'jose';
    const input = JSON.parse(process.argv[1]);
    ${program}`;
  return run(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(input)]);
}

const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

function runPython(program: string, input: object) {
  const script = `import json, sys, time, jwt\ninput = json.loads(sys.argv[1])\n${program}`;
  return run(python, ['-c', script, JSON.stringify(input)]);
}

function run(command: string, args: string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as never; // a token, or what it says
}

describe.each<[string, Library, boolean]>([
  ['jose', joseLibrary, true],
  ['jsonwebtoken', jsonwebtokenLibrary, true],
  ['PyJWT', pyJwtLibrary, isInstalled('PyJWT', python, ['-c', 'import jwt'])],
])('%s', (_name, library, isThere) => {
  const itIfThere = isThere ? it : it.skip;
  const context: ViewerContext = { organizationId: 1, userId: 2, projectId: 3, actorType: 'user' };
  const claims = { actor_type: 'user', organization_id: 1, project_id: 3, user_id: 2, iss: 'sentry' };
  const sign = (): string => signViewerContext(context, secret, { format: 'jwt' })['X-Viewer-Context']!;

  itIfThere('negative control: refuses a tampered token, a wrong key and an expired token', () => {
    const token = sign();
    const [, otherClaims] = tokenOf({ ...claimsNow(), user_id: 3 }).split('.');
    const tampered = token.replace(/\.[^.]+\./, `.${otherClaims!}.`);
    expect(() => library.verify(tampered, secret)).toThrow(/signature/i);
    expect(() => library.verify(token, 'secret-two')).toThrow(/signature/i);
    const expired = tokenOf({ ...claimsNow(), iat: 1700000000, exp: 1700000900 });
    expect(() => library.verify(expired, secret)).toThrow(/exp/i);
  });

  itIfThere('verifies what we sign', () => {
    const { header, claims: verified } = library.verify(sign(), secret);
    expect(header).toStrictEqual(headerOf());
    const { iat, exp, ...others } = verified as { iat: number; exp: number };
    expect(others).toStrictEqual(claims);
    expect(exp - iat).toBe(900);
  });

  itIfThere('signs what we verify', () => {
    const token = library.sign(claims, headerOf()['kid'] as string);
    const received = { 'x-viewer-context': token };
    expect(verifyViewerContext(received, { secrets: [secret], formats: ['jwt'] })).toStrictEqual(
      normalForm({ organizationId: 1, userId: 2, projectId: 3, actorType: 'user' }, 'jwt'),
    );
  });
});
