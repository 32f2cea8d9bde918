import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { readApiKeys } from '@switchboard/service';
import Fastify, { type FastifyInstance } from 'fastify';
import { openPlace, type Place } from '../../fixtures/redis.ts';
import { registerPreferenceApi } from './preference-api.ts';
import { createPreferences, type Preferences } from './preferences.ts';

const KEY = 'acme-key-0123456789';
const OTHER_KEY = 'other-key-0123456789';
const WISHES = {
  channels: { chat: true, email: false },
  topics: { 'order.shipped': true },
  quietHours: { start: '22:00', end: '07:00' },
  timezone: 'Europe/Berlin',
  locale: 'de-AT',
  digest: 'daily',
  email: 'jane@example.com',
};

let place: Place;
let http: FastifyInstance;

before(async () => {
  place = await openPlace();
  http = Fastify();
  const preferences: Preferences = {
    read: (people) => createPreferences(place.redis, place.name).read(people),
    apply: (...change) => createPreferences(place.redis, place.name).apply(...change),
    erase: (person) => createPreferences(place.redis, place.name).erase(person),
  };
  const apiKeys = readApiKeys(`acme=${KEY},other=${OTHER_KEY}`, 'API_KEYS');
  registerPreferenceApi(http, { preferences, apiKeys, now: () => 1_000 });
});
after(async () => {
  await http.close();
  place.close();
});
beforeEach(() => place.renew());

async function ask(
  method: 'GET' | 'PUT',
  key: string | undefined,
  payload?: object | string,
  url = '/v1/preferences/jane',
) {
  const headers = {
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    ...(payload ? { 'content-type': 'application/json' } : {}),
  };
  const answer = await http.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  return { status: answer.statusCode, type: answer.headers['content-type'], body: answer.json() };
}

describe('/v1/preferences/:userId', () => {
  it('gives back what was put, to the tenant that put it', async () => {
    assert.deepEqual((await ask('PUT', KEY, WISHES)).body, WISHES);
    assert.deepEqual((await ask('GET', KEY)).body, WISHES);
    assert.deepEqual((await ask('GET', OTHER_KEY)).body, { channels: {}, topics: {}, digest: 'none' });
    assert.deepEqual((await ask('GET', KEY, undefined, '/v1/preferences/..%2Fjane')).body, {
      channels: {},
      topics: {},
      digest: 'none',
    });
  });

  it('takes back what a later put does not name', async () => {
    await ask('PUT', KEY, WISHES);
    assert.deepEqual((await ask('PUT', KEY, {})).body, { channels: {}, topics: {}, digest: 'none' });
  });

  const REFUSED: [name: string, status: number, () => ReturnType<typeof ask>][] = [
    ['no key', 401, () => ask('GET', undefined)],
    ['a wrong key', 401, () => ask('PUT', `${KEY}x`, WISHES)],
    ['an empty key', 401, () => ask('GET', '')],
    ['an unknown field', 422, () => ask('PUT', KEY, { ...WISHES, admin: true })],
    ['a text where a boolean belongs', 422, () => ask('PUT', KEY, { channels: { chat: 'true' } })],
    ['a time zone that is none', 422, () => ask('PUT', KEY, { timezone: 'Europe/Atlantis' })],
    ['an hour that is none', 422, () => ask('PUT', KEY, { quietHours: { start: '25:00', end: '07:00' } })],
    ['a list', 422, () => ask('PUT', KEY, [])],
    ['what is no JSON', 400, () => ask('PUT', KEY, '{')],
    ['nothing', 422, () => ask('PUT', KEY)],
    ['a language tag that is too long for one', 422, () => ask('PUT', KEY, { locale: '-'.repeat(15_000) })],
    ['too much', 413, () => ask('PUT', KEY, { locale: 'x'.repeat(20_000) })],
  ];
  const CODES: Record<number, string> = {
    400: 'INVALID_REQUEST',
    401: 'UNAUTHORIZED',
    413: 'TOO_LARGE',
    422: 'INVALID_FIELDS',
  };
  for (const [name, status, asking] of REFUSED) {
    it(`refuses ${name} with ${status}`, async () => {
      const answer = await asking();
      assert.equal(answer.status, status);
      assert.match(String(answer.type), /^application\/problem\+json/);
      assert.equal(answer.body.status, status);
      assert.equal(answer.body.code, CODES[status]);
      assert.match(answer.body.detail, /\S/);
      assert.doesNotMatch(JSON.stringify(answer.body), /0123456789/);
      assert.equal(await place.redis.exists(`${place.name}:preference:acme:jane`), 0);
    });
  }
});
