import { expectedOf, isVerifyingCase, outcomeOf, VECTORS } from '../support/vectors.js';

// The verdicts are the protocol's, written by hand; the signatures are those of another implementation. Python and Go run
// the same cases in __tests__/slow/verifiers.test.ts.

const all = VECTORS.groups.flatMap(({ cases }) => cases);

describe('docs/protocol-vectors.json', () => {
  it.each(VECTORS.groups)('$name', ({ cases }) => {
    expect(cases.map((vector) => [vector.name, outcomeOf(vector)])).toEqual(
      cases.map((vector) => [vector.name, expectedOf(vector)]),
    );
  });

  it('has many cases, each with a name of its own and one verdict', () => {
    expect(all.length).toBeGreaterThan(400);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(all.filter((vector) => expectedOf(vector) === undefined)).toEqual([]);
    expect(all.filter((vector) => 'code' in vector && ('viewer' in vector ? isVerifyingCase(vector) : false))).toEqual(
      [],
    );
  });

  it('has cases of every outcome: viewers, no viewer, and each code of a verifier', () => {
    const outcomes = all.filter(isVerifyingCase).map((vector) => vector.code ?? String(vector.viewer === null));
    expect([...new Set(outcomes)].sort()).toEqual([
      'ERR_EXPIRED',
      'ERR_INVALID_PAYLOAD',
      'ERR_MALFORMED_HEADER',
      'ERR_MISSING_HEADER',
      'ERR_NOT_YET_VALID',
      'ERR_SIGNATURE_MISMATCH',
      'false',
      'true',
    ]);
  });

  it('has only headers that are Latin-1, as those that arrive', () => {
    const values = all.flatMap((vector) => ('headers' in vector ? (vector.headers ?? []) : [])).flat();
    expect(values.filter((value) => Buffer.from(value, 'latin1').toString('latin1') !== value)).toEqual([]);
  });

  it('says of a token only if PyJWT decides otherwise', () => {
    const others = all.filter(isVerifyingCase).filter(({ pyjwt }) => pyjwt !== undefined);
    expect(others.length).toBeGreaterThan(20);
    for (const { pyjwt, code } of others) expect(pyjwt).toBe(code === undefined ? 'refuses' : 'accepts');
  });
});
