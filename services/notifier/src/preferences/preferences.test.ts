import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { openPlace, type Place } from '../../fixtures/redis.ts';
import { createPreferences, type Preferences, readChanges, readReplacement } from './preferences.ts';

const JANE = { tenant: 'acme', userId: 'jane' };

let place: Place;

before(async () => {
  place = await openPlace();
});
after(() => place.close());
beforeEach(() => place.renew());

const kept = (): Preferences => createPreferences(place.redis, place.name);
const apply = (input: Parameters<typeof readChanges>[0], at: number) =>
  kept().apply(JANE, readChanges(input).changes, at);
const jane = async () => (await kept().read([JANE]))[0];

describe('a preference', () => {
  it('is nothing but what was said', async () => {
    assert.deepEqual(await jane(), {
      channels: {},
      topics: {},
      quietHours: undefined,
      timeZone: undefined,
      locale: undefined,
      digest: 'none',
      email: undefined,
      slackUserId: undefined,
      webhookUrl: undefined,
    });
  });

  it('keeps what a change does not name, and belongs to one tenant', async () => {
    await apply({ channels: { chat: true, email: null }, timezone: 'Europe/Berlin' }, 1);
    await apply({ channels: { chat: null, email: true }, topics: { 'order.shipped': true }, timezone: null }, 2);
    const { channels, topics, timeZone } = (await jane()) ?? {};
    assert.deepEqual(
      [channels, topics, timeZone],
      [{ chat: true, email: true }, { 'order.shipped': true }, 'Europe/Berlin'],
    );
    const [stranger] = await kept().read([{ ...JANE, tenant: 'other' }]);
    assert.deepEqual(stranger?.channels, {});
  });

  it('is the same in whatever order its changes arrive, and however often', async () => {
    const change = fc.record(
      {
        channels: fc.record({ chat: fc.boolean(), email: fc.boolean() }, { requiredKeys: [] }),
        digest: fc.constantFrom('none', 'daily'),
        locale: fc.constantFrom('de', 'en', ''),
        quietHours: fc.constantFrom({ enabled: false }, { start: '22:00', end: '07:00' }),
      },
      { requiredKeys: [] },
    );
    const shuffled = fc
      .uniqueArray(fc.record({ at: fc.integer({ min: 1, max: 10 ** 13 }), change }), {
        selector: ({ at }) => at,
        maxLength: 6,
      })
      .chain((changes) =>
        fc.tuple(
          fc.constant(changes),
          fc.shuffledSubarray([...changes, ...changes], { minLength: changes.length * 2 }),
        ),
      );
    await fc.assert(
      fc.asyncProperty(shuffled, async ([changes, arriving]) => {
        place.renew();
        for (const { at, change } of changes.toSorted((one, other) => one.at - other.at))
          await apply(change as never, at);
        const expected = await jane();
        place.renew();
        for (const { at, change } of arriving) await apply(change as never, at);
        assert.deepEqual(await jane(), expected);
      }),
      { numRuns: 50 },
    );
  });

  it('can be taken back', async () => {
    await apply({ email: 'jane@example.com', quietHours: { start: '22:00', end: '07:00' } }, 1);
    await apply({ email: '', quietHours: { enabled: false } }, 2);
    assert.deepEqual([(await jane())?.email, (await jane())?.quietHours], [undefined, undefined]);
  });

  it('is replaced as a whole, but not by what is older', async () => {
    await apply({ channels: { chat: true }, locale: 'de' }, 5);
    await kept().apply(JANE, readReplacement({ channels: { email: true } }).changes, 6);
    assert.deepEqual([(await jane())?.channels, (await jane())?.locale], [{ email: true }, undefined]);
    await apply({ channels: { chat: true }, locale: 'de' }, 5);
    assert.deepEqual((await jane())?.channels, { email: true });
  });
});

describe('what cannot be used is named, and the rest is kept:', () => {
  const CASES: [field: string, input: Parameters<typeof readChanges>[0]][] = [
    ['timezone', { timezone: 'Europe/Atlantis' }],
    ['locale', { locale: 'not a locale' }],
    ['locale', { locale: '-'.repeat(60_000) }],
    ['locale', { locale: `de-${'a'.repeat(33)}` }],
    ['timezone', { timezone: 'a'.repeat(1_000_000) }],
    ['webhookUrl', { webhookUrl: `https://example.com/${'a'.repeat(2_048)}` }],
    ['email', { email: 'a@example.com, b@example.com' }],
    ['email', { email: 'a@example.com\r\nBcc: b@example.com' }],
    ['email', { email: 'Jane <jane@example.com>' }],
    ['slackUserId', { slackUserId: 'C0GENERAL' }],
    ['slackUserId', { slackUserId: '#general' }],
    ['webhookUrl', { webhookUrl: 'file:///etc/passwd' }],
    ['quietHours', { quietHours: { enabled: true, start: '22:00', end: null } }],
    ['quietHours', { quietHours: { start: '22:00', end: 'late' } }],
    ['topics', { topics: { 'no.such.type': true } }],
    ['digest', { digest: 'yearly' as never }],
  ];
  for (const [field, input] of CASES) {
    it(`${field}, as in ${JSON.stringify(input).slice(0, 80)}`, () => {
      assert.deepEqual(readChanges({ ...input, channels: { chat: false } }), {
        changes: { 'channel:chat': false },
        unusable: [field],
      });
    });
  }
});
