import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { publicEventTypes } from '@switchboard/events';
import { eventOf } from '../../fixtures/events.ts';
import { notifiedTypes } from '../notifications.ts';
import { readRecipients } from './recipients-file.ts';

const read = (text: string) => readRecipients(text, 'r.yaml', notifiedTypes);
const one = (type: string, rule: string) => read(`recipients:\n  ${type}:\n    - ${rule}\n`).get(type)?.[0];

describe('the recipients file', () => {
  it('reads ids and conditions from the event', () => {
    const rule = one(
      'maintenance.scheduled',
      '{ followers: { kind: service, id: event.services }, when: event.impact == "outage" }',
    );
    assert.ok(rule?.to === 'followers' && rule.when !== undefined);
    const event = eventOf('maintenance.scheduled', 'e-1', 0, { services: ['checkout', 'search'], impact: 'outage' });
    assert.deepEqual([rule.ids(event), rule.when(event)], [['checkout', 'search'], true]);
    assert.equal(rule.when(eventOf('maintenance.scheduled', 'e-2', 0, { impact: null })), false);
  });

  it('compares numbers as people write them', () => {
    const rule = one('lead.captured', "{ slack: '#sales', when: event.score >= 80 }");
    for (const [score, expected] of [
      [80, true],
      [80.5, true],
      [79.9, false],
    ] as const) {
      assert.equal(rule?.when?.(eventOf('lead.captured', 'e-1', 0, { score })), expected);
    }
  });

  const BROKEN: readonly [text: string, problem: RegExp][] = [
    ['order.sent: []', /2:3: recipients\.order\.sent is not an event type/],
    ['article.published: [{ agents: true }]', /has no text; only \[\] is allowed/],
    ['order.shipped: [{ users: event.userIds }]', /order\.shipped has no field userIds/],
    ['order.shipped: [{ users: "event." }]', /r\.yaml:2:/],
    ['order.shipped: [{ users: event }]', /name a field, such as event\.userId/],
    ['order.shipped: [{ person: { phone: event.phone, name: event.name } }]', /name is not known here/],
    ['conversation.escalated: [{ person: { email: event.customer.mail } }]', /has no field customer\.mail/],
    ['build.failed: [{ person: event }]', /build\.failed has no known fields of a person/],
    ['build.failed: [{ slack: builds }]', /must be a channel, such as '#builds'/],
    ['build.failed: [{ agents: true, slack: "#builds" }]', /must be a table with one of/],
    ['build.failed: [{ followers: { kind: team, id: event.service } }]', /must be one of order, product/],
  ];
  for (const [text, problem] of BROKEN) {
    it(`refuses ${text}`, () => assert.throws(() => read(`recipients:\n  ${text}\n`), problem));
  }

  it('ships with a line for each type that has a text', () => {
    const shipped = read(readFileSync(new URL('../../recipients.yaml', import.meta.url), 'utf8'));
    const named = [...shipped.keys()];
    assert.deepEqual(
      notifiedTypes.filter((type) => !named.includes(type)),
      [],
    );
    assert.deepEqual(
      named.filter((type) => !(publicEventTypes as readonly string[]).includes(type)),
      [],
    );
  });
});
