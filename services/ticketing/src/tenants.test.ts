import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it, type TestContext } from 'node:test';
import type { Handler, HandlerContext } from '@switchboard/consumer';
import type { AnyEvent, EventOf } from '@switchboard/events';
import { createTarget } from '@switchboard/outbound';
import { type Sandbox, startSandbox } from '@switchboard/sandbox';
import { createLogger, readConfig } from '@switchboard/service';
import type { Connection } from '@switchboard/systems';
import { escalation, resolution, ticketUpdate } from '../fixtures/escalation.ts';
import { createHashStore } from '../fixtures/hash-store.ts';
import { type HelpdeskName, variablesFor } from '../fixtures/variables.ts';
import { ticketingConfig } from './config.ts';
import { connectionOfVariables } from './connection-of-variables.ts';
import { handlersOf, openHelpdesks } from './handlers.ts';

const logger = createLogger('test', 'silent');
let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.reset());
after(() => sandbox.close());

/** A connection of a tenant to a helpdesk of the sandbox. */
function connectionTo(kind: HelpdeskName, name: string, source: string): Connection {
  const shared = connectionOfVariables(readConfig(ticketingConfig, variablesFor(kind, sandbox.url)));
  assert.ok(shared);
  return { ...shared, name: `acme/${name}`, tenant: 'acme', settings: { ...shared.settings, source } };
}

function open(t: TestContext, held: readonly Connection[]) {
  const published: AnyEvent[] = [];
  const config = readConfig(ticketingConfig, { CONNECTIONS_FILE: 'connections.yaml' });
  const publish = async (event: AnyEvent): Promise<void> => void published.push(event);
  const target: Parameters<typeof openHelpdesks>[0]['target'] = (options) => createTarget({ ...options, logger });
  const helpdesks = openHelpdesks(
    { config, redis: createHashStore(), publish, target },
    { of: (tenant) => (tenant === 'acme' ? held : []), has: () => true, all: () => held },
  );
  t.after(helpdesks.close);
  const all = handlersOf(helpdesks);
  /** @returns why it was skipped, if it was */
  async function handle(event: AnyEvent): Promise<string | undefined> {
    let reason: string | undefined;
    const context: HandlerContext = {
      ...{ signal: new AbortController().signal, attempt: 1, logger, idempotencyKey: event.meta.id },
      skip: (given) => {
        reason = given;
      },
      step: (_, run) => run(),
    };
    await (all[event.meta.type as keyof typeof all] as Handler<never>)(event as never, context);
    return reason;
  }
  return { handle, published };
}

const ANSWER = { comment: 'The money is on its way.', isPublic: true, authorRole: 'agent' } as const;

describe('the helpdesks of a tenant', () => {
  it('each have a ticket of an escalation, also in one account, and what agents do comes back from each', async (t) => {
    const connections = [connectionTo('zendesk', 'sales', 'acme-sales'), connectionTo('zendesk', 'care', 'acme-care')];
    const { handle, published } = open(t, connections);
    await handle(escalation('evt-1'));
    await handle(escalation('evt-1'));
    const tickets = () =>
      sandbox.effects('zendesk').filter(({ kind, method }) => kind === 'effect' && method === 'POST');
    assert.equal(tickets().length, 2);
    const announced = published.splice(0) as EventOf<'ticket.created'>[];
    const idsOf = new Map(announced.map(({ meta, ticketId }) => [meta.id, ticketId]));
    assert.equal(idsOf.size, 2, 'each ticket is announced under an id of its own');
    assert.equal(new Set(idsOf.values()).size, 2);

    for (const ticketId of idsOf.values()) {
      const skipped = await Promise.all(
        ['acme-sales', 'acme-care', 'zendesk'].map((source) =>
          handle(ticketUpdate(`${ticketId}-${source}`, source, { ticketId, ...ANSWER })),
        ),
      );
      assert.deepEqual(skipped.toSorted(), ['other_source', 'unknown_ticket', undefined]);
    }
    assert.deepEqual(
      published.splice(0).map(({ meta }) => meta.type),
      ['message.requested', 'message.requested'],
    );
    assert.equal(await handle(resolution('evt-2')), undefined);
    const notes = sandbox.effects('zendesk').filter(({ kind, method }) => kind === 'effect' && method === 'PUT');
    assert.equal(notes.length, 2);
  });

  it('may be of different kinds; a tenant without one is skipped', async (t) => {
    const { handle, published } = open(t, [connectionTo('jira', 'dev', 'jira'), connectionTo('http', 'own', 'own')]);
    await handle(escalation('evt-1'));
    assert.equal(published.length, 2);
    const { meta, ...event } = escalation('evt-2');
    assert.equal(await handle({ ...event, meta: { ...meta, tenant: 'umbrella' } }), 'no_helpdesk');
    assert.equal(
      await handle(ticketUpdate('evt-3', 'own', { meta: { ...meta, type: 'ticket.updated', tenant: 'umbrella' } })),
      'no_helpdesk',
    );
  });
});
