import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { askBot } from '@switchboard/cli/ask-bot';
import { runOps } from '@switchboard/cli/ops';
import { createSampleEvent, type SampleEvent } from '@switchboard/cli/sample-event';
import { runProgram } from '@switchboard/deploy/fixtures/program';
import { credentials, type Effect } from '@switchboard/sandbox';
import { until } from '@switchboard/stack/until';
import { type Collector, startCollector } from '@switchboard/tracing/fixtures/collector';
import { type Installation, startInstallation } from './installation.ts';
import { killedServices } from './kill.ts';
import { payloadsInTheFormatsOfSenders } from './payloads.ts';
import { storiesOfUseCases } from './stories.ts';
import { traces } from './tracing.ts';
import { examplesOfVendors } from './vendors.ts';

/** One installation for all: each start takes a minute of CPU time. */
let switchboard: Installation;
let collector: Collector;
before(async () => {
  collector = await startCollector();
  switchboard = await startInstallation({
    RETRY_DELAYS: '1s,2s,3s,4s',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    TRACE_TARGETS: 'zendesk',
    RATE_PER_HOUR: '100000',
    RUNBOOK_URL: 'https://wiki.example/runbook.md',
  });
});
after(async () => {
  await switchboard?.[Symbol.asyncDispose]();
  await collector?.[Symbol.asyncDispose]();
});

const mark = (): string => randomUUID().slice(0, 8);
const holds = (effect: Effect, text: string): boolean => JSON.stringify(effect.body).includes(text);

async function accepted(...events: SampleEvent[]): Promise<void> {
  for (const { status, text } of await switchboard.send(events, true)) assert.equal(status, 200, text);
}

// biome-ignore lint/suspicious/noExplicitAny: the tests assert its shape.
async function ops(...argv: string[]): Promise<any> {
  let answer = '';
  const out = (text: string) => (answer += text);
  const { signal } = new AbortController();
  await runOps([...argv, '--json'], { variables: switchboard.variables, signal, out, err: out });
  return JSON.parse(answer);
}

/** The first effect of a system that contains `text`. */
const effectWith = (system: Parameters<Installation['effects']>[0], text: string): Promise<Effect> =>
  until(`${system} hears of ${text}`, async () =>
    (await switchboard.effects(system)).find((effect) => holds(effect, text)),
  );

const countOf = async (system: Parameters<Installation['effects']>[0], text: string): Promise<number> =>
  (await switchboard.effects(system)).filter((effect) => holds(effect, text)).length;

/** An escalation of a new customer. */
function escalation(changes: Record<string, unknown> = {}): { event: SampleEvent; id: string; email: string } {
  const [id, email] = [`conv-${mark()}`, `jane.${mark()}@example.com`];
  const event = createSampleEvent('conversation.escalated', {
    conversationId: id,
    customer: { name: 'Jane Doe', email },
    intent: 'refund',
    confidence: 0.15,
    ...changes,
  });
  return { event, id, email };
}

/** Sends an event of a ticket as Zendesk sends and signs it. */
async function fromZendesk(name: string, ticketId: string, event: object): Promise<void> {
  // Zendesk tells whole seconds. The next one is after all that has happened, however fast it went.
  const time = new Date(Date.now() + 1_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const detail = { id: ticketId, subject: 'Refund', status: 'OPEN', priority: 'HIGH', tags: [], updated_at: time };
  const envelope = { type: `zen:event-type:ticket.${name}`, id: mark(), time, zendesk_event_version: '2022-11-06' };
  const body = JSON.stringify({ ...envelope, subject: `zen:ticket:${ticketId}`, detail, event });
  const response = await fetch(`${switchboard.urlOf('ingest')}/webhooks/zendesk`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-zendesk-webhook-signature': createHmac('sha256', 'local-secret')
        .update(time + body)
        .digest('base64'),
      'x-zendesk-webhook-signature-timestamp': time,
    },
    body,
  });
  assert.equal(response.status, 200, await response.text());
}

describe('an escalation', () => {
  it('becomes a ticket with its context, a contact, a note, and a message for the agents', async () => {
    const { event, id, email } = escalation();
    await accepted(event);
    const { ticket } = (await effectWith('zendesk', id)).body as { ticket: Record<string, unknown> };
    assert.equal(ticket.subject, '[Chatbot Escalation] refund');
    assert.equal(ticket.priority, 'high');
    assert.deepEqual(ticket.tags, ['chatbot-escalation', 'refund']);
    assert.deepEqual(ticket.requester, { name: 'Jane Doe', email });
    assert.ok((ticket.custom_fields as { value: unknown }[]).some(({ value }) => value === id));
    assert.match(JSON.stringify(ticket.comment), /refund/i);
    const contact = await effectWith('hubspot', email);
    assert.match(contact.path, /contacts\/batch\/upsert/);
    await until('a note', async () => (await switchboard.effects('hubspot')).find(({ path }) => /notes$/.test(path)));
    await effectWith('slack', 'refund');
  });

  it('comes back from the helpdesk: its number and an answer to the person, and its end to the CRM', async () => {
    const userId = `user-${mark()}`;
    const { event, email } = escalation({ userId });
    await accepted(event);
    const [, ticketId = ''] = /request is #(\d+)/.exec(JSON.stringify((await effectWith('chat', userId)).body)) ?? [];
    await effectWith('hubspot', `/agent/tickets/${ticketId}`);
    const answer = `The money is on its way: ${mark()}`;
    const author = { id: '1', name: 'Alex Kim', is_staff: true };
    await fromZendesk('comment_added', ticketId, { comment: { id: mark(), body: answer, is_public: true, author } });
    const { body } = await effectWith('chat', answer);
    assert.equal((body as { user_id: string }).user_id, userId);
    await fromZendesk('status_changed', ticketId, { current: 'SOLVED', previous: 'OPEN' });
    await until('the contact is resolved', async () =>
      (await switchboard.effects('hubspot')).some((effect) => holds(effect, email) && holds(effect, '"resolved"')),
    );
    const zendesk = await switchboard.effects('zendesk');
    assert.ok(zendesk.every(({ method, path }) => method !== 'PUT' || !path.includes(`/${ticketId}.json`)));
  });

  it('that is sent ten times has one effect in each system', async () => {
    const { event, id, email } = escalation();
    await accepted(...Array<SampleEvent>(10).fill(event));
    // A later event in the same partition shows that all ten were read.
    const last = { name: 'Joe Doe', email: `joe.${mark()}@example.com` };
    await accepted(createSampleEvent('conversation.resolved', { conversationId: id, customer: last }));
    await until('the comment on the ticket', async () =>
      (await switchboard.effects('zendesk')).some(({ method }) => method === 'PUT'),
    );
    await effectWith('hubspot', last.email);
    const tickets = (await switchboard.effects('zendesk')).filter((effect) => effect.method === 'POST');
    assert.equal(tickets.filter((effect) => holds(effect, id)).length, 1);
    assert.equal(await countOf('hubspot', email), 1);
  });

  it('with hostile texts is displayed as plain text', async () => {
    const hostile = `<script>alert("${mark()}")</script> **bold** [x](javascript:alert(1)) 🦊 \u202Eright-to-left\u202C \0`;
    const { event, id } = escalation({
      intent: hostile,
      summary: hostile.repeat(50),
      transcript: [
        { role: 'user', text: hostile },
        { role: 'bot', text: 'x'.repeat(65_536) },
      ],
    });
    await accepted(event);
    const ticket = JSON.stringify((await effectWith('zendesk', id)).body);
    assert.doesNotMatch(JSON.parse(ticket).ticket.comment.html_body, /<script|<a href="javascript/i);
    assert.match(ticket, /🦊/);
    assert.doesNotMatch(ticket, /\\u0000/);
    assert.ok(ticket.length < 120_000);
    const slack = await effectWith('slack', '🦊');
    assert.doesNotMatch(JSON.stringify(slack.body), /<script/);
  });
});

it('an article is found once published, by its new text once updated, and not once unpublished', async () => {
  const articleId = `article-${mark()}`;
  const [first, second] = [`zebrafinch${mark()}`, `quokka${mark()}`];
  const article = (type: 'article.published' | 'article.updated', content: string, version: number) =>
    createSampleEvent(type, { articleId, title: 'Animals', content: `<p>${content}</p>`, version });
  const found = async (word: string): Promise<boolean> => {
    const response = await fetch(`${switchboard.urlOf('kb-indexer')}/v1/search?q=${word}`);
    const { hits } = (await response.json()) as { hits: { articleId: string; snippet: string }[] };
    return hits.some((hit) => hit.articleId === articleId && hit.snippet.includes(word));
  };
  await accepted(article('article.published', first, 1));
  await until('it is found', () => found(first));
  await accepted(article('article.updated', second, 2));
  await until('its new text is found', () => found(second));
  assert.equal(await found(first), false);
  await accepted(createSampleEvent('article.unpublished', { articleId, version: 3 }));
  await until('it is gone', async () => !(await found(second)));
});

it('npm run send -- demo appears on every board of the sandbox', async () => {
  const demo = runProgram(fileURLToPath(import.meta.resolve('@switchboard/cli')), ['send', 'demo', '--rate', '5'], {
    ...switchboard.variables,
  });
  assert.equal(await demo.exit, 0, demo.output);
  const demoMark = /(?:user-|conv-|jane\.)\w{8}/;
  for (const system of ['zendesk', 'hubspot', 'slack', 'chat', 'smtp'] as const) {
    await until(`${system} receives the demo`, async () =>
      (await switchboard.effects(system)).some((effect) => demoMark.test(JSON.stringify(effect))),
    );
  }
  await until('the document is there', async () =>
    (await switchboard.effects('chat')).some(({ method, path }) => method === 'PUT' && path.includes('/documents/')),
  );
});

/** Resolves when the person gets chat messages on the topic. */
async function optIn(userId: string, topic: string): Promise<void> {
  await accepted(
    createSampleEvent('preference.updated', {
      userId,
      channels: { chat: true, email: false, slack: false, webhook: false },
      topics: { [topic]: true },
      quietHours: null,
      digest: 'none',
    }),
  );
  await until('the preference is known', async () => {
    const response = await fetch(`${switchboard.urlOf('notifier')}/v1/preferences/${userId}`, {
      headers: { authorization: 'Bearer local-notifier-key' },
    });
    return response.status === 200;
  });
}

describe('a payment and its stock', () => {
  const payment = (orderId: string, userId: string) =>
    createSampleEvent('payment.confirmed', { orderId, userId, locale: null });
  const stock = (orderId: string) => createSampleEvent('inventory.reserved', { orderId });

  it('join into one message in the chat, in any order and however often they are sent', async () => {
    const [userId, one, other] = [`user-${mark()}`, `order-${mark()}`, `order-${mark()}`];
    await optIn(userId, 'message.requested');
    const [paid, reserved] = [payment(one, userId), stock(one)];
    await accepted(paid, paid, reserved, reserved, paid, stock(other), payment(other, userId));
    for (const orderId of [one, other]) await effectWith('chat', `Your order ${orderId} is confirmed`);
    for (const orderId of [one, other]) assert.equal(await countOf('chat', `Your order ${orderId} is confirmed`), 1);
  });

  it('are listed by ops while one of them is missing, until it cancels the instance', async () => {
    const orderId = `order-${mark()}`;
    await accepted(payment(orderId, 'jane'));
    const [instance] = await until('it is listed', async () => {
      const { instances } = await ops('flows', 'list', '--key', orderId);
      return instances.length > 0 && instances;
    });
    assert.deepEqual([instance.flow, instance.key, instance.state], ['order-confirmed', orderId, 'waiting']);
    assert.deepEqual(
      instance.events.map(({ type, arrived }: Record<string, unknown>) => [type, arrived]),
      [
        ['payment.confirmed', true],
        ['inventory.reserved', false],
      ],
    );
    assert.equal(Date.parse(instance.dueAt) - Date.parse(instance.openedAt), 30 * 60_000);
    assert.deepEqual(await ops('flows', 'cancel', instance.id), { cancelled: instance.id });
    assert.deepEqual((await ops('flows', 'list', '--key', orderId)).instances, []);
  });
});

describe('the bot of the chat page', () => {
  const ask = (person: string, text: string) => askBot(switchboard.urlOf('sandbox'), { person, text });

  it('answers from the actions of its person', async () => {
    assert.match((await ask('user-jane', 'Is my subscription still active?')) ?? '', /^Yes, .* renews on /);
  });

  it('says the same of an order of somebody else and of one that is not there', async () => {
    const others = await ask('user-jane', 'Where is order 2001?');
    assert.ok(others);
    assert.equal(others.replaceAll('2001', '9999'), await ask('user-jane', 'Where is order 9999?'));
    assert.notEqual(others, await ask('user-omar', 'Where is order 2001?'));
  });
});

describe('a shipped order', () => {
  const shipped = (userId: string, trackingNumber: string) =>
    createSampleEvent('order.shipped', { userId, trackingNumber, email: null });

  it('is sent once to a person who opted in, and to no one else', async () => {
    const [agreed, silent] = [`user-${mark()}`, `user-${mark()}`];
    const [sent, unsent] = [`1Z${mark()}`, `1Z${mark()}`];
    await optIn(agreed, 'order.shipped');
    const event = shipped(agreed, sent);
    await accepted(shipped(silent, unsent), ...Array<SampleEvent>(10).fill(event));
    await effectWith('chat', sent);
    const skipped = await until('the other is skipped', async () => {
      const metrics = await (await fetch(`${switchboard.urlOf('notifier')}/metrics`)).text();
      return /consumer_nothing_to_do_total\{[^}]*not_opted_in[^}]*\} [1-9]/.test(metrics);
    });
    assert.ok(skipped);
    assert.equal(await countOf('chat', sent), 1);
    assert.equal(await countOf('chat', unsent), 0);
  });
});

it('a dead letter of each service tells the team in Slack, and has its effect once after a redrive', async () => {
  const [intent, articleId] = [`intent-${mark()}`, `article-${mark()}`];
  const { event, id, email } = escalation({ intent });
  const effectsOf = {
    ticketing: () => countOf('zendesk', id),
    'crm-sync': () => countOf('hubspot', email),
    notifier: () => countOf('slack', intent),
    'kb-indexer': async () => (await switchboard.effects('chat')).filter(({ path }) => path.includes(articleId)).length,
  };
  // An event of an earlier test that is still on its way would be a dead letter too.
  await until('all earlier events are done', async () => {
    const { services } = await ops('lag');
    const behind = services.flatMap(({ sources, chain }: Record<string, { records: number }[]>) => [sources, chain]);
    return behind.flat().every(({ records }: { records: number }) => records === 0);
  });
  for (const system of ['zendesk', 'hubspot', 'slack', 'chat']) await switchboard.fault({ system, status: 422 });
  const isDead = async (service: string): Promise<void> => {
    const list = ['dlq', 'list', '--service', service];
    await until(`${service} dead-letters it`, async () => (await ops(...list)).services[0].letters.length === 1);
  };
  await accepted(event);
  for (const service of ['ticketing', 'crm-sync', 'notifier']) await isDead(service);
  // An alert names the first of its dead letters.
  await accepted(createSampleEvent('article.published', { articleId, version: 1 }));
  await isDead('kb-indexer');
  await switchboard.heal();
  const alert = await effectWith('slack', `Webhook processing failed for conversation ${id}`);
  const { channel, text } = alert.body as { channel: string; text: string };
  assert.equal(channel, credentials.slack.alertsChannel);
  assert.match(text, /\nRunbook: https:\/\/wiki\.example\/runbook\.md#deadletters$/);
  for (const [service, effects] of Object.entries(effectsOf)) {
    const redrive = ['dlq', 'redrive', '--service', service, '--all'];
    assert.equal(await effects(), 0, service);
    assert.equal((await ops(...redrive)).redriven, 1, service);
    await until(`${service} has its effect`, async () => (await effects()) > 0);
    assert.equal((await ops(...redrive)).redriven, 0, service);
    assert.equal(await effects(), 1, service);
  }
});

// The tests above count dead letters and await the first effects of a kind. These leave dead letters and requests behind.
traces(
  () => switchboard,
  () => collector,
);
storiesOfUseCases(() => switchboard);
examplesOfVendors(() => switchboard);
payloadsInTheFormatsOfSenders(() => switchboard);
killedServices(() => switchboard);
