import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { channels, type Decision, decide, type Notice, type Preference } from './policy.ts';
import { isQuiet } from './quiet-hours.ts';

const at = (time: string): number => Date.parse(`2026-01-15T${time}Z`);
const HOUR = 3_600_000;

const NOBODY: Preference = {
  channels: {},
  topics: {},
  quietHours: undefined,
  timeZone: undefined,
  locale: undefined,
  digest: 'none',
  email: undefined,
  slackUserId: undefined,
  webhookUrl: undefined,
};
const JANE: Preference = { ...NOBODY, channels: { chat: true }, topics: { 'order.shipped': true } };
const SLEEPER: Preference = { ...JANE, quietHours: { start: '22:00', end: '07:00' }, timeZone: 'Europe/Berlin' };
const notice = (change: Partial<Notice> = {}): Notice => ({
  type: 'order.shipped',
  urgent: false,
  expiresAt: at('12:00:00') + 72 * HOUR,
  ...change,
});

const CASES: readonly [string, Preference, Notice, string, Decision][] = [
  ['nothing is agreed to', NOBODY, notice(), '12:00:00', { kind: 'skip', reason: 'not_opted_in' }],
  ['only the channel is', { ...JANE, topics: {} }, notice(), '12:00:00', { kind: 'skip', reason: 'not_opted_in' }],
  ['only the topic is', { ...JANE, channels: {} }, notice(), '12:00:00', { kind: 'skip', reason: 'not_opted_in' }],
  ['another topic is', JANE, notice({ type: 'order.created' }), '12:00:00', { kind: 'skip', reason: 'not_opted_in' }],
  [
    'the channel was agreed to once',
    { ...JANE, channels: { chat: false } },
    notice({ urgent: true }),
    '12:00:00',
    { kind: 'skip', reason: 'not_opted_in' },
  ],
  ['both are', JANE, notice(), '12:00:00', { kind: 'send', channels: ['chat'] }],
  [
    'there is no address',
    { ...JANE, channels: { email: true, slack: true, webhook: true } },
    notice(),
    '12:00:00',
    { kind: 'skip', reason: 'no_address' },
  ],
  [
    'one of the channels has an address',
    { ...JANE, channels: { chat: false, email: true, slack: true }, email: 'jane@example.com' },
    notice(),
    '12:00:00',
    { kind: 'send', channels: ['email'] },
  ],
  ['it is late', JANE, notice({ expiresAt: at('12:00:00') }), '12:00:00', { kind: 'skip', reason: 'expired' }],
  [
    'it is urgent, and late',
    JANE,
    notice({ urgent: true, expiresAt: at('12:00:00') }),
    '12:00:00',
    { kind: 'skip', reason: 'expired' },
  ],
  [
    'it is night',
    SLEEPER,
    notice(),
    '22:30:00',
    { kind: 'wait', channels: ['chat'], until: at('06:00:00') + 24 * HOUR },
  ],
  [
    'it would be pointless in the morning',
    SLEEPER,
    notice({ expiresAt: at('23:59:00') }),
    '22:30:00',
    { kind: 'skip', reason: 'expired' },
  ],
  ['it is night, and urgent', SLEEPER, notice({ urgent: true }), '22:30:00', { kind: 'send', channels: ['chat'] }],
  [
    'digests are wanted',
    { ...JANE, digest: 'daily' },
    notice(),
    '12:00:00',
    { kind: 'digest', channels: ['chat'], at: at('08:00:00') + 24 * HOUR },
  ],
  [
    'the digest would come in quiet hours',
    { ...SLEEPER, digest: 'hourly' },
    notice(),
    '20:30:00',
    { kind: 'digest', channels: ['chat'], at: at('06:00:00') + 24 * HOUR },
  ],
  [
    'it would be pointless in the digest',
    { ...JANE, digest: 'weekly' },
    notice(),
    '12:00:00',
    { kind: 'send', channels: ['chat'] },
  ],
  [
    'digests are wanted, and it is urgent',
    { ...JANE, digest: 'daily' },
    notice({ urgent: true }),
    '12:00:00',
    { kind: 'send', channels: ['chat'] },
  ],
  [
    'the digest is due',
    { ...JANE, digest: 'daily' },
    notice({ waited: true }),
    '12:00:00',
    { kind: 'send', channels: ['chat'] },
  ],
];

describe('when', () => {
  for (const [name, preference, message, time, decision] of CASES) {
    it(`${name}: ${decision.kind}`, () => assert.deepEqual(decide(preference, message, at(time)), decision));
  }
});

const clockTime = fc.nat(1_439).map((minute) => new Date(minute * 60_000).toISOString().slice(11, 16));
const preferences: fc.Arbitrary<Preference> = fc.record({
  channels: fc.record({ chat: fc.boolean(), slack: fc.boolean(), email: fc.boolean(), webhook: fc.boolean() }),
  topics: fc.record({ 'order.shipped': fc.boolean() }),
  quietHours: fc.option(fc.record({ start: clockTime, end: clockTime }), { nil: undefined }),
  timeZone: fc.constantFrom(undefined, 'Europe/Berlin', 'America/New_York'),
  locale: fc.constant(undefined),
  digest: fc.constantFrom('none', 'hourly', 'daily', 'weekly'),
  email: fc.constantFrom(undefined, 'jane@example.com'),
  slackUserId: fc.constantFrom(undefined, 'U1'),
  webhookUrl: fc.constantFrom(undefined, 'https://example.com/hook'),
});
const notices = fc.record({
  type: fc.constantFrom('order.shipped', 'order.created'),
  urgent: fc.boolean(),
  expiresAt: fc.integer({ min: at('00:00:00'), max: at('00:00:00') + 200 * HOUR }),
  waited: fc.boolean(),
});
const instants = fc.integer({ min: at('00:00:00'), max: at('00:00:00') + 200 * HOUR });

it('every message sent was agreed to, on that channel, at that time, and has not expired', () => {
  fc.assert(
    fc.property(preferences, notices, instants, (preference, message, now) => {
      const decision = decide(preference, message, now);
      if (decision.kind === 'skip') return;
      const due = decision.kind === 'send' ? now : decision.kind === 'wait' ? decision.until : decision.at;
      assert.ok(decision.channels.length > 0);
      assert.ok(decision.channels.every((channel) => channels.includes(channel) && preference.channels[channel]));
      assert.equal(preference.topics[message.type], true);
      assert.ok(due >= now && due < message.expiresAt);
      if (decision.kind === 'wait') assert.ok(due - now <= 24 * HOUR);
      const { quietHours, timeZone = 'UTC' } = preference;
      if (!message.urgent && quietHours) assert.ok(!isQuiet(due, quietHours, timeZone));
      if (message.urgent) assert.equal(decision.kind, 'send');
    }),
    { numRuns: 1_000 },
  );
});
