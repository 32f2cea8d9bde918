import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HandlerContext } from '@switchboard/consumer';
import { createLogger } from '@switchboard/service';
import fc from 'fast-check';
import type { Crm, Interaction } from './crm.ts';
import type { NewestInteractions } from './newest.ts';
import { createRecorder, type Visit } from './recorder.ts';

const visit = (at: number): Visit => ({
  meta: { tenant: 'acme', occurredAt: at, receivedAt: at },
  status: 'escalated',
  intent: `intent-${at}`,
  email: 'ada@example.com',
  name: null,
  phone: null,
  company: null,
  title: 'title',
  summary: null,
  facts: {},
});

const contextOf = (id: number): HandlerContext => ({
  signal: new AbortController().signal,
  attempt: 1,
  logger: createLogger('test', 'silent'),
  idempotencyKey: String(id),
  skip: () => {},
  step: (_, run) => run(),
});

describe('events of one person in several conversations at a time', () => {
  it('leave the newest in the CRM, in whatever order their steps are taken, and whichever of them fail and come again', async () => {
    const visits = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
    const failures = fc.array(fc.boolean(), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(visits, failures, fc.scheduler(), async (times, failing, scheduler) => {
        let stored: Interaction | undefined;
        let held: Interaction | undefined;
        const step = (name: string) => scheduler.schedule(Promise.resolve(), name);
        const newest: NewestInteractions = {
          async put(_email, interaction) {
            await step('put');
            if (stored === undefined || stored.at < interaction.at) stored = interaction;
            return stored;
          },
        };
        const crm: Crm = {
          async saveContact(_person, interaction) {
            assert.ok(interaction);
            await step('read');
            const late = held !== undefined && held.at >= interaction.at;
            await step('write');
            if (!late) held = interaction;
            // Lost on the way back, as if the process had been killed: the event comes again.
            if (failing.pop()) throw new Error('no answer');
            return '1';
          },
          saveNote: () => Promise.resolve(),
        };
        const record = createRecorder({ crm, newest, conversations: { putNote: async () => undefined } });
        const carry = (at: number): Promise<void> => record(visit(at), contextOf(at)).catch(() => carry(at));
        const all = Promise.all(times.map(carry));
        await scheduler.waitFor(all);
        assert.equal(held?.at, Math.max(...times));
      }),
      { numRuns: 500 },
    );
  });
});
