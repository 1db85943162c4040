import type { AxiosInstance } from 'axios';
import type { Viewer, ViewerContext } from 'axios-viewer-context';
import { attachedClient, seerClient, withLaterInterceptor } from '../support/clients.js';
import { normalForm } from '../support/format.js';
import { describeNegativeControl } from '../support/negative-control.js';
import { establishViewer, SECRET } from '../support/receiver.js';
import { refusal } from '../support/rejection.js';
import { useServers, type Received } from '../support/server.js';
import { decoded, headerOf, tokenOf } from '../support/tokens.js';

// A token carries a project and an actor. A pair has no place for them, and neither is silently left out.

describeNegativeControl();

describe('a project and an actor', () => {
  const { server } = useServers();
  const clients = (format: 'pair' | 'jwt'): AxiosInstance[] => [
    attachedClient({ baseURL: server.origin }, { format }),
    seerClient('http', server.origin, { format }),
  ];

  /** The claims of a token that was issued just now, without its times. Fails unless it is signed, byte for byte. */
  function claimsOf(request: Received): Record<string, unknown> {
    const token = request.headers['x-viewer-context'] as string;
    const { claims } = decoded(token);
    expect(token).toBe(tokenOf(claims, headerOf(SECRET), SECRET));
    const { iat, exp, ...rest } = claims;
    const age = Date.now() / 1000 - Number(iat);
    expect([age >= 0 && age < 60, Number(exp) - Number(iat)]).toEqual([true, 900]);
    expect(request.headers).not.toHaveProperty('x-viewer-context-signature');
    return rest;
  }

  it.each<[string, ViewerContext, object, Viewer]>([
    [
      'all',
      { organizationId: 1, userId: 2, projectId: 3, actorType: 'user' },
      { organization_id: 1, user_id: 2, project_id: 3, actor_type: 'user' },
      { organizationId: 1, userId: 2, projectId: 3, actorType: 'user' },
    ],
    [
      'a project as a text, and no actor',
      { organizationId: '1', projectId: '3' },
      { organization_id: 1, project_id: 3, actor_type: 'unknown' },
      { organizationId: 1, projectId: 3 },
    ],
    ['a project alone', { projectId: 3n }, { project_id: 3, actor_type: 'unknown' }, { projectId: 3 }],
    [
      'null for a project and an actor',
      { userId: 2, projectId: null, actorType: null },
      { user_id: 2, actor_type: 'unknown' },
      { userId: 2 },
    ],
    ...(['user', 'system', 'integration', 'agent', 'unknown'] as const).map(
      (actorType): [string, ViewerContext, object, Viewer] => [
        `the actor ${actorType}`,
        { organizationId: 1, actorType },
        { organization_id: 1, actor_type: actorType },
        { organizationId: 1, actorType },
      ],
    ),
  ])('reach the claims of a token, and the config: %s', async (_name, viewerContext, claims, viewer) => {
    for (const client of clients('jwt')) {
      const { config } = await client.get<unknown>('/', { viewerContext });
      expect(claimsOf(server.last())).toEqual({ ...claims, iss: 'sentry' });
      expect(config.viewerContext).toStrictEqual(normalForm(viewer, 'jwt'));
    }
  });

  it('an actor without an id is no viewer', async () => {
    for (const client of clients('jwt')) {
      const { config } = await client.get<unknown>('/', { viewerContext: { actorType: 'system' } });
      expect(establishViewer(server.last())).toBe('no viewer');
      expect(config.viewerContext).toBeNull();
    }
  });

  it.each([{ actorType: 'agent' }, { projectId: 4 }] as const)(
    'a later interceptor that changes only %p is heeded',
    async (change) => {
      for (const client of clients('jwt')) {
        const viewerContext = { organizationId: 1, userId: 2, projectId: 3, actorType: 'user' } as const;
        withLaterInterceptor(client, (config) => ({ ...config, viewerContext: { ...viewerContext, ...change } }));
        await client.get('/', { viewerContext });
        const ids = { organization_id: 1, user_id: 2, project_id: 3, actor_type: 'user' };
        const changed = 'projectId' in change ? { project_id: 4 } : { actor_type: 'agent' };
        expect(claimsOf(server.last())).toEqual({ ...ids, ...changed, iss: 'sentry' });
      }
    },
  );

  it('the claims contain what a later interceptor sets', async () => {
    for (const client of clients('jwt')) {
      const viewerContext = { projectId: 3, actorType: 'agent' } as const;
      withLaterInterceptor(client, (config) => ({ ...config, viewerContext }));
      await client.get('/', { viewerContext: { organizationId: 1, actorType: 'user' } });
      expect(claimsOf(server.last())).toEqual({ project_id: 3, actor_type: 'agent', iss: 'sentry' });
    }
  });

  it.each<[string, object]>([
    ['projectId', { projectId: 0 }],
    ['projectId', { projectId: '03' }],
    ['projectId', { projectId: '3,"user_id":2' }],
    ['actorType', { actorType: 'admin' }],
    ['actorType', { actorType: 'User' }],
    ['actorType', { actorType: '' }],
    ['actorType', { actorType: 'user","user_id":5,"x":"' }],
    ['actorType', { actorType: ['user'] }],
  ])('an invalid %s is refused, in a token too: %p', async (key, invalid) => {
    for (const client of clients('jwt')) {
      const request = client.get('/', { viewerContext: { organizationId: 1, ...invalid } });
      expect((await refusal(request, 'ERR_INVALID_VIEWER_CONTEXT')).message).toContain(`viewerContext.${key} `);
    }
    expect(server.received).toHaveLength(0);
  });

  it.each<[string, object]>([
    ['projectId', { projectId: 3 }],
    ['actorType', { actorType: 'user' }],
    ['actorType', { actorType: 'unknown' }],
  ])('with a pair, %s is refused, and the message says what it needs: %p', async (key, given) => {
    const viewerContext = { organizationId: 1, userId: 2, ...given };
    for (const client of clients('pair')) {
      const early = await refusal(client.get('/', { viewerContext }), 'ERR_INVALID_VIEWER_CONTEXT');
      withLaterInterceptor(client, (config) => ({ ...config, viewerContext }));
      const late = await refusal(client.get('/'), 'ERR_INVALID_VIEWER_CONTEXT');
      for (const { message } of [early, late]) {
        expect(message).toContain(`viewerContext.${key} `);
        expect(message).toContain("format: 'jwt'");
      }
    }
    expect(server.received).toHaveLength(0);
  });

  it('with a pair, undefined and null for them are the same as left out', async () => {
    for (const viewerContext of [
      { organizationId: 1, projectId: undefined, actorType: undefined },
      { organizationId: 1, projectId: null, actorType: null },
    ]) {
      for (const client of clients('pair')) {
        const { config } = await client.get<unknown>('/', { viewerContext });
        expect(establishViewer(server.last(), SECRET, 'pair')).toEqual({ organization_id: 1 });
        expect(config.viewerContext).toStrictEqual({ organizationId: 1, userId: undefined });
      }
    }
  });
});
