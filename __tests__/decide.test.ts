import { ViewerContextError } from 'axios-viewer-context';
import { decide, type Facts } from '../src/decide.js';
import type { Target } from '../src/destination.js';
import { toKey } from '../src/protocol/shared-secret.js';
import type { Settings } from '../src/settings.js';

// Every outcome of the decision, without axios. The tests of the rules show the same over the wire.

type Policy = Pick<Settings, 'onMissingViewerContext' | 'onMissingSecret'>;
type Row = [situation: string, facts: Partial<Facts>, expected: string, policy?: Partial<Policy>];

const KEY = toKey('secret-one');
const VIEWER = { organizationId: 1, userId: undefined };
const INVALID = new ViewerContextError('ERR_INVALID_VIEWER_CONTEXT', 'the viewer is invalid, or the default failed');
const SEALED = new ViewerContextError('ERR_INVALID_SECRET', 'secret() failed');

const at = (origin: string | undefined, part: Target['part'] = 'url'): Target[] => [{ part, origin }];
const HERE = 'https://seer.internal';
const ELSEWHERE = { destination: at('https://elsewhere.test') };

const NO_VIEWER = { viewer: null };
const UNSET = { viewer: undefined };
const DEFAULT = { isUnchangedDefault: true };
const SEER = { signsBodies: true };
const NO_SECRET = { keyLookup: 'no secret configured' } as const;
const THROW = { onMissingViewerContext: 'throw' } as const;

/** An explicit viewer, for an allowed origin, with a key, on an attached client. */
const FACTS: Facts = {
  viewer: VIEWER,
  isUnchangedDefault: false,
  viewerError: undefined,
  destination: at(HERE),
  allowedOrigins: [HERE],
  keyLookup: KEY,
  hasViewerInAxiosDefaults: false,
  signsBodies: false,
};
const POLICY: Policy = { onMissingViewerContext: 'send', onMissingSecret: 'warn' };

function outcomeOf(facts: Partial<Facts>, policy: Partial<Policy> = {}): string {
  try {
    const decision = decide({ ...FACTS, ...facts }, { ...POLICY, ...policy });
    if (decision.outcome === 'sign') expect(decision.key).toBe(KEY);
    const given = { ...FACTS, ...facts }.viewer ?? null;
    expect(decision.viewer).toBe(decision.outcome === 'send without viewer' ? null : given);
    return decision.outcome;
  } catch (error) {
    return (error as ViewerContextError).code;
  }
}

describe('who is the viewer?', () => {
  it.each<Row>([
    ['a viewer', {}, 'sign'],
    ['a default viewer', DEFAULT, 'sign'],
    ['null: no viewer', NO_VIEWER, 'send without viewer'],
    ["null, under 'throw'", NO_VIEWER, 'send without viewer', THROW],
    ['null, although the default had failed', { ...NO_VIEWER, viewerError: INVALID }, 'send without viewer'],
    ['nothing sets a viewer', UNSET, 'send without viewer'],
    ["nothing sets a viewer, under 'throw'", UNSET, 'ERR_MISSING_VIEWER_CONTEXT', THROW],
    ['invalid and then deleted, or a failed default', { ...UNSET, viewerError: INVALID }, 'ERR_INVALID_VIEWER_CONTEXT'],
    ["the same, under 'throw'", { ...UNSET, viewerError: INVALID }, 'ERR_INVALID_VIEWER_CONTEXT', THROW],
    ['a failed default, and a viewer that was set later', { viewerError: INVALID }, 'sign'],
    [
      'a viewer, and another one in the defaults of axios',
      { hasViewerInAxiosDefaults: true },
      'ERR_VIEWER_CONTEXT_IN_DEFAULTS',
    ],
    [
      'no viewer, but one in the defaults of axios',
      { ...NO_VIEWER, hasViewerInAxiosDefaults: true },
      'ERR_VIEWER_CONTEXT_IN_DEFAULTS',
    ],
    ['the Seer client, null', { ...SEER, ...NO_VIEWER }, 'sign'],
    ['the Seer client, nothing sets a viewer', { ...SEER, ...UNSET }, 'sign'],
    ["the Seer client, the same under 'throw'", { ...SEER, ...UNSET }, 'ERR_MISSING_VIEWER_CONTEXT', THROW],
    ['the Seer client, a failed default', { ...SEER, ...UNSET, viewerError: INVALID }, 'ERR_INVALID_VIEWER_CONTEXT'],
  ])('%s', (_situation, facts, expected, policy = {}) => {
    expect(outcomeOf(facts, policy)).toBe(expected);
  });
});

describe('may it go there?', () => {
  const relative = { destination: [] };
  const noneConfigured = { allowedOrigins: 'none configured' } as const;
  const emptyList = { allowedOrigins: [] };

  it.each<Row>([
    ['an explicit viewer elsewhere', ELSEWHERE, 'ERR_DESTINATION_NOT_ALLOWED'],
    ['the same without a secret', { ...ELSEWHERE, ...NO_SECRET }, 'ERR_DESTINATION_NOT_ALLOWED'],
    ['no viewer elsewhere', { ...ELSEWHERE, ...NO_VIEWER }, 'send without viewer'],
    ['a default elsewhere', { ...ELSEWHERE, ...DEFAULT }, 'send without viewer'],
    ['the same without a secret', { ...ELSEWHERE, ...DEFAULT, ...NO_SECRET }, 'send without viewer'],
    ['the same, and secret() failed', { ...ELSEWHERE, ...DEFAULT, keyLookup: SEALED }, 'send without viewer'],
    ["a default elsewhere, under 'throw'", { ...ELSEWHERE, ...DEFAULT }, 'ERR_DESTINATION_NOT_ALLOWED', THROW],
    ['a default, and no origin is configured', { ...DEFAULT, ...noneConfigured }, 'ERR_DESTINATION_NOT_ALLOWED'],
    ['a default, and the list is empty', { ...DEFAULT, ...emptyList }, 'ERR_DESTINATION_NOT_ALLOWED'],
    ['an explicit viewer, and no origin is configured', noneConfigured, 'ERR_DESTINATION_NOT_ALLOWED'],
    ['no http(s) origin', { destination: at(undefined) }, 'ERR_DESTINATION_NOT_ALLOWED'],
    [
      'an allowed url with another Host',
      { destination: [...at(HERE), ...at('https://x.test', 'Host header')] },
      'ERR_DESTINATION_NOT_ALLOWED',
    ],
    [
      'two allowed origins',
      { destination: [...at(HERE), ...at('https://b.test', 'baseURL')], allowedOrigins: ['https://b.test', HERE] },
      'sign',
    ],
    ['relative, no origin is configured', { ...relative, ...noneConfigured }, 'sign'],
    ['relative, a default', { ...relative, ...noneConfigured, ...DEFAULT }, 'sign'],
    ['relative, some origin is allowed', relative, 'ERR_DESTINATION_NOT_ALLOWED'],
    ['relative, the list is empty', { ...relative, ...emptyList }, 'ERR_DESTINATION_NOT_ALLOWED'],
    ['relative, a default, some origin is allowed', { ...relative, ...DEFAULT }, 'send without viewer'],
    ['the Seer client elsewhere', { ...SEER, ...ELSEWHERE }, 'ERR_DESTINATION_NOT_ALLOWED'],
    ['the Seer client elsewhere, a default', { ...SEER, ...ELSEWHERE, ...DEFAULT }, 'ERR_DESTINATION_NOT_ALLOWED'],
    ['the Seer client elsewhere, no viewer', { ...SEER, ...ELSEWHERE, ...NO_VIEWER }, 'ERR_DESTINATION_NOT_ALLOWED'],
    [
      'the same, a default, without a secret',
      { ...SEER, ...ELSEWHERE, ...DEFAULT, ...NO_SECRET },
      'ERR_DESTINATION_NOT_ALLOWED',
    ],
    ['the same, neither viewer nor secret', { ...SEER, ...ELSEWHERE, ...NO_VIEWER, ...NO_SECRET }, 'send unsigned'],
    [
      'the same, no viewer, and secret() failed',
      { ...SEER, ...ELSEWHERE, ...NO_VIEWER, keyLookup: SEALED },
      'ERR_DESTINATION_NOT_ALLOWED',
    ],
  ])('%s', (_situation, facts, expected, policy = {}) => {
    expect(outcomeOf(facts, policy)).toBe(expected);
  });
});

describe('is there a key?', () => {
  const refuses = { onMissingSecret: 'throw' } as const;

  it.each<Row>([
    ['none is configured', NO_SECRET, 'send unsigned'],
    ["none is configured, under 'throw'", NO_SECRET, 'ERR_MISSING_SECRET', refuses],
    ["none is configured and no viewer, under 'throw'", { ...NO_SECRET, ...NO_VIEWER }, 'send without viewer', refuses],
    ['secret() failed', { keyLookup: SEALED }, 'ERR_INVALID_SECRET'],
    ['secret() failed, and there is no viewer', { keyLookup: SEALED, ...NO_VIEWER }, 'send without viewer'],
    [
      'secret() was not called, and a viewer was set later',
      { keyLookup: 'secret not requested' },
      'ERR_MISSING_SECRET',
    ],
    [
      'secret() was not called, and there is no viewer',
      { keyLookup: 'secret not requested', ...NO_VIEWER },
      'send without viewer',
    ],
    ['the Seer client, neither viewer nor secret', { ...SEER, ...NO_VIEWER, ...NO_SECRET }, 'send unsigned'],
    ["the same, under 'throw'", { ...SEER, ...NO_VIEWER, ...NO_SECRET }, 'ERR_MISSING_SECRET', refuses],
    [
      'the Seer client, no viewer, and secret() failed',
      { ...SEER, ...NO_VIEWER, keyLookup: SEALED },
      'ERR_INVALID_SECRET',
    ],
  ])('%s', (_situation, facts, expected, policy = {}) => {
    expect(outcomeOf(facts, policy)).toBe(expected);
  });

  it('a viewer that was set later, after the default had failed, is refused with that failure as the cause', () => {
    const deciding = (): unknown =>
      decide({ ...FACTS, keyLookup: 'secret not requested', viewerError: INVALID }, POLICY);
    expect(deciding).toThrow(expect.objectContaining({ code: 'ERR_MISSING_SECRET', cause: INVALID }) as Error);
  });
});
