import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { type Sandbox, startSandbox } from '@switchboard/sandbox';
import { LAG_MS, openDesk } from '../fixtures/desk.ts';
import { escalation, resolution } from '../fixtures/escalation.ts';
import { systemOf } from '../fixtures/variables.ts';

/** What goes wrong with a request that writes, how it ends, and whether it may have had its effect. */
const FAULTS = [
  { name: '429', fault: { status: 429 }, error: { retry: 'when-available' }, effect: 'no' },
  { name: '500', fault: { status: 500 }, error: { code: 'RETRYABLE_STATUS' }, effect: 'unknown' },
  { name: 'a dropped response', fault: { dropResponse: true }, error: { code: 'CONNECTION_FAILED' }, effect: 'made' },
  { name: 'a time-out', fault: { latencyMs: 60_000 }, error: { code: 'TIMEOUT' }, effect: 'made' },
  { name: 'malformed JSON', fault: { malformed: true }, error: { code: 'BAD_RESPONSE' }, effect: 'made' },
  { name: '401', fault: { status: 401 }, error: { retry: 'when-available' }, effect: 'no' },
  { name: '404', fault: { status: 404 }, error: { retry: 'never' }, effect: 'no' },
  { name: '422', fault: { status: 422 }, error: { retry: 'never' }, effect: 'no' },
] as const;
const TICKET = { zendesk: '/tickets.json', freshdesk: '/tickets', jira: '/issue', http: '/tickets' } as const;
const NOTE = {
  zendesk: { method: 'PUT', path: '/tickets/' },
  freshdesk: { method: 'POST', path: '/notes' },
  jira: { method: 'POST', path: '/comment' },
  http: { method: 'POST', path: '/comments' },
} as const;
const TIMEOUT_MS = 1_500;

let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.reset());
after(() => sandbox.close());

for (const name of ['zendesk', 'freshdesk', 'jira', 'http'] as const) {
  const system = systemOf(name);
  const open = (limits = {}) => openDesk(name, sandbox, limits);

  describe(name, () => {
    for (const { name: what, fault, error, effect } of FAULTS) {
      const limits = what === 'a time-out' ? { timeoutMs: TIMEOUT_MS } : {};

      it(`makes one ticket through ${what}`, async () => {
        await using desk = open(limits);
        if (name === 'jira') sandbox.fault(system, { indexLagMs: 600_000 });
        sandbox.fault(system, { ...fault, method: 'POST', path: TICKET[name], count: 1 });
        await assert.rejects(desk.escalate(escalation('evt-1')), error);
        assert.equal(desk.tickets().length, effect === 'made' ? 1 : 0);
        // What a look-up does not find, and no idempotency key covers, is made again only when the index is up to date.
        const unsure =
          name === 'jira' ? effect !== 'no' : (name === 'freshdesk' || name === 'http') && effect === 'unknown';
        if (unsure) await assert.rejects(desk.escalate(escalation('evt-1')), { code: 'OUTCOME_UNKNOWN' });
        if (name === 'jira') sandbox.fault(system, { indexLagMs: 0 });
        if (unsure) desk.pass(LAG_MS);
        await desk.escalate(escalation('evt-1'));
        await desk.escalate(escalation('evt-1'));
        assert.equal(desk.tickets().length, 1);
      });

      it(`adds one note through ${what}`, async () => {
        await using desk = open(limits);
        await desk.escalate(escalation('evt-1'));
        sandbox.fault(system, { ...fault, ...NOTE[name], count: 1 });
        // A ticket that is not there any more takes no note.
        if (what === '404') {
          assert.equal(await desk.end(resolution('evt-2')), 'ticket_closed');
          assert.equal(desk.notes().length, 0);
          return;
        }
        const refused = what === '422' && name === 'zendesk' ? { retry: 'never', code: 'REJECTED' } : error;
        await assert.rejects(desk.end(resolution('evt-2')), refused);
        assert.equal(desk.notes().length, effect === 'made' ? 1 : 0);
        desk.pass(LAG_MS);
        assert.equal(await desk.end(resolution('evt-2')), undefined);
        assert.equal(await desk.end(resolution('evt-2')), undefined);
        assert.equal(desk.notes().length, 1);
      });
    }

    for (const { name: what, fault, error } of FAULTS.filter(({ effect }) => effect !== 'made')) {
      it(`makes no ticket while its look-up fails with ${what}`, async () => {
        await using desk = open();
        const path = name === 'jira' ? { method: 'POST', path: '/search/jql' } : { method: 'GET', path: '/tickets' };
        sandbox.fault(system, { ...fault, ...path, count: 1 });
        await assert.rejects(desk.escalate(escalation('evt-1')), error);
        assert.equal(desk.tickets().length, 0);
        await desk.escalate(escalation('evt-1'));
        assert.equal(desk.tickets().length, 1);
      });
    }

    it('finds its ticket and its note when Redis has lost its data', async () => {
      await using desk = open();
      await desk.escalate(escalation('evt-1'));
      await desk.end(resolution('evt-2'));
      desk.forget();
      await desk.escalate(escalation('evt-1'));
      await desk.end(resolution('evt-2'));
      desk.forget();
      await desk.end(resolution('evt-3'));
      assert.equal(desk.tickets().length, 1);
      assert.equal(desk.notes().length, 2);
    });

    it('makes another ticket when the conversation is escalated again, and notes its end there', async () => {
      await using desk = open();
      await desk.escalate(escalation('evt-1'));
      await desk.end(resolution('evt-2'));
      await desk.escalate(escalation('evt-3'));
      await desk.end(resolution('evt-4'));
      desk.forget();
      await desk.end(resolution('evt-5'));
      assert.equal(desk.tickets().length, 2);
      const [first, second, third] = desk.notes().map(({ path }) => path);
      assert.notEqual(first, second);
      assert.equal(second, third);
    });

    it('has no ticket to note the end of a conversation on that was never escalated', async () => {
      await using desk = open();
      assert.equal(await desk.end(resolution('evt-1')), 'no_ticket');
      assert.equal(sandbox.effects(system).filter(({ kind }) => kind === 'effect').length, 0);
    });

    it("does not take another tenant's conversation of the same id for its own", async () => {
      await using desk = open();
      const event = escalation('evt-1');
      await desk.escalate(event);
      const other = resolution('evt-2');
      assert.equal(await desk.end({ ...other, meta: { ...other.meta, tenant: 'other' } }), 'no_ticket');
    });

    it('takes a person without an address', async () => {
      await using desk = open();
      await desk.escalate(escalation('evt-1', { customer: null }));
      desk.forget();
      await desk.escalate(escalation('evt-1', { customer: null }));
      assert.equal(desk.tickets().length, 1);
    });

    it('takes 100 kB of anything', async () => {
      await using desk = open();
      const nasty = `<img src=x onerror=alert(1)> **b** {{ticket.id}} שלום \u202E\0\uD800 😀 ${'"&\n'.repeat(33_000)}`;
      await desk.escalate(
        escalation('evt-1', {
          intent: nasty,
          reason: nasty,
          summary: nasty,
          customer: { name: nasty, email: nasty, phone: nasty, company: nasty },
          transcript: Array.from({ length: 30 }, () => ({ role: nasty, text: nasty, timestamp: 0 })),
        }),
      );
      const sent = JSON.stringify(desk.tickets().map(({ body }) => body));
      assert.ok(sent.includes('characters left out'));
      // Not by a pattern: its message would hold all of it.
      for (const unwanted of ['\\u0000', '\u202E', '{{', '\\ud800']) assert.ok(!sent.includes(unwanted), unwanted);
    });
  });
}
