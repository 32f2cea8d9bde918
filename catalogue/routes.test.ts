import assert from 'node:assert/strict';
import { it } from 'node:test';
import { registerActions } from '@switchboard/actions/actions-route';
import { actionsApi } from '@switchboard/actions/api';
import { registerContextApi, registerInstanceApi } from '@switchboard/flows';
import { contextApi } from '@switchboard/flows/context-api';
import { instanceApi } from '@switchboard/flows/instance-api';
import { ingestApi } from '@switchboard/ingest/api';
import { searchApi } from '@switchboard/kb-indexer/api';
import { registerSearch } from '@switchboard/kb-indexer/search-route';
import { notifierApi } from '@switchboard/notifier/api';
import { registerFollowApi } from '@switchboard/notifier/follow-api';
import { registerPeopleApi } from '@switchboard/notifier/people-api';
import { registerPreferenceApi } from '@switchboard/notifier/preference-api';
import { type ApiDescription, readApiKeys } from '@switchboard/service';
import Fastify, { type FastifyInstance, type HTTPMethods } from 'fastify';
import { Registry } from 'prom-client';
import { never, registerBareIngest } from './fixtures/bare-ingest.ts';

/** The routes that an app answers, as OpenAPI writes them; without those that only refuse a method. */
async function registered(register: (http: FastifyInstance) => unknown): Promise<string[]> {
  const http = Fastify();
  const routes: [method: HTTPMethods, url: string][] = [];
  http.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push([one as HTTPMethods, url]);
  });
  await register(http);
  await http.ready();
  const answered: string[] = [];
  for (const [method, url] of routes) {
    if (method === 'HEAD') continue;
    const { statusCode } = await http.inject({ method, url: url.replaceAll(/:\w+/g, 'x') });
    if (statusCode !== 405) answered.push(`${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
  }
  await http.close();
  return answered.sort();
}

const described = (...apis: readonly ApiDescription[]): string[] =>
  apis
    .flatMap(({ paths }) =>
      Object.entries(paths).flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
      ),
    )
    .sort();

const unknown = async () => ({ kind: 'refused', fault: 'missing' }) as const;

const apiKeys = readApiKeys('', 'API_KEYS');

it('the document has every route of ingest, and no other', async () => {
  const routes = await registered(registerBareIngest);
  assert.deepEqual(described(...ingestApi), routes);
});

it('the document has every route of kb-indexer, and no other', async () => {
  const routes = await registered((http) => registerSearch(http, { search: never, tenant: 't', apiKeys }));
  assert.deepEqual(described(searchApi), routes);
});

it('the document has every route of notifier, and no other', async () => {
  const preferences = { read: never, apply: never };
  const routes = await registered((http) => {
    const deps = { apiKeys, now: () => 0, follows: never as never };
    registerPreferenceApi(http, { ...deps, preferences: preferences as never });
    registerFollowApi(http, deps);
    registerPeopleApi(http, { ...deps, people: never as never, buyers: never as never, preferences: never as never });
  });
  assert.deepEqual(described(...notifierApi), routes);
});

it('the document has every route of the Context API, and no other', async () => {
  const store = { set: never, read: never, erase: never, sweep: never, listen: async () => async () => {} };
  const callers = { authenticate: never, hasSignature: () => false };
  const routes = await registered((http) =>
    registerContextApi(http, { store: store as never, callers: callers as never, metrics: new Registry() }),
  );
  assert.deepEqual(described(contextApi), routes);
});

it('the document has every route of instances of flows, and no other', async () => {
  const callers = { authenticate: never, hasSignature: () => false };
  const deps = { callers, instances: { list: never, cancel: never }, find: never, cancelled: () => undefined };
  const routes = await registered(async (http) => registerInstanceApi(http, deps as never));
  assert.deepEqual(described(instanceApi), routes);
});

it('the document has every route of actions, and no other', async () => {
  const callers = { authenticate: unknown, hasSignature: () => false };
  const routes = await registered((http) => registerActions(http, { runner: never as never, callers }));
  assert.deepEqual(described(actionsApi), routes);
});
