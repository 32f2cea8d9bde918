import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { createSampleEvent, type SampleEvent } from '@switchboard/cli/sample-event';
import type { Effect, SystemName } from '@switchboard/sandbox';
import { until } from '@switchboard/stack/until';
import { size } from '../size.ts';
import type { Installation } from './installation.ts';

const EVENTS = size(100, 500);

/** The events for each service, and the effects that each must have once. */
const cases: Record<
  string,
  { event: (mark: string) => SampleEvent; system: SystemName; isEffect: (effect: Effect) => boolean }
> = {
  'crm-sync': {
    event: (mark) =>
      createSampleEvent('lead.captured', {
        leadId: mark,
        conversationId: mark,
        email: `${mark}@example.com`,
        intent: mark,
      }),
    system: 'hubspot',
    isEffect: ({ path }) => /\/notes$/.test(path),
  },
  ticketing: {
    event: (mark) =>
      createSampleEvent('conversation.escalated', {
        conversationId: mark,
        customer: { name: 'Jane', email: `${mark}@example.com` },
      }),
    system: 'zendesk',
    isEffect: ({ method }) => method === 'POST',
  },
  notifier: {
    event: (mark) => createSampleEvent('order.shipped', { userId: 'user-kill', trackingNumber: mark, email: null }),
    system: 'chat',
    isEffect: ({ path }) => /messages/.test(path),
  },
};

export function killedServices(installation: () => Installation): void {
  it('kill -9 of each service in the middle of its events leaves one effect per event', async () => {
    const switchboard = installation();
    await switchboard.send([
      createSampleEvent('preference.updated', {
        userId: 'user-kill',
        channels: { chat: true, email: false, slack: false, webhook: false },
        topics: { 'order.shipped': true },
        quietHours: null,
        digest: 'none',
      }),
    ]);
    const killed = Object.entries(cases).map(async ([service, { event, system, isEffect }]) => {
      await switchboard.fault({ system, latencyMs: 20 });
      const marks = Array.from({ length: EVENTS }, () => `m${randomUUID()}`);
      const effects = async () => (await switchboard.effects(system)).filter(isEffect);
      const before = (await effects()).length;
      const sending = switchboard.send(marks.map(event));
      await until(
        `${service} is in the middle of its events`,
        async () => (await effects()).length > before + EVENTS / 4,
      );
      process.kill(switchboard.processOf(service), 'SIGKILL');
      for (const { status, text } of await sending) assert.equal(status, 200, text);
      const timesOf = async (): Promise<number[]> => {
        const all = (await effects()).map(({ body }) => JSON.stringify(body));
        return marks.map((mark) => all.filter((body) => body.includes(mark)).length);
      };
      await until(`${service} has handled all events`, async () => (await timesOf()).every((times) => times > 0));
      assert.deepEqual(
        (await timesOf()).filter((times) => times !== 1),
        [],
        service,
      );
    });
    await Promise.all(killed);
  });
}
