import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { eventually } from '@switchboard/stack/until';
import { eventOf } from '../../fixtures/events.ts';
import { AGENTS, bodiesOf, messagesOf } from '../../fixtures/office.ts';
import { setStage } from '../../fixtures/stage.ts';

const stage = setStage();
const { open, prefer, settled } = stage;
const reached = (): string[] =>
  bodiesOf(stage.sandbox, 'chat')
    .map((body) => body.user_id ?? '')
    .sort();
const channels = (): string[] => bodiesOf(stage.sandbox, 'slack').map((body) => body.channel ?? '');

function fileOf(text: string): { path: string; write(text: string): void } {
  const path = join(mkdtempSync(join(tmpdir(), 'recipients-')), 'recipients.yaml');
  const write = (content: string) => writeFileSync(path, `recipients:\n${content}`);
  write(text);
  return { path, write };
}

describe('recipients', () => {
  it('a failed build of the main branch goes to the channel of the team, once', async () => {
    const { path } = fileOf('  build.failed:\n    - { slack: "#builds", when: event.branch == "main" }\n');
    const office = await open({ variables: { RECIPIENTS_FILE: path } });
    const failed = (id: string, branch: string) => eventOf('build.failed', id, stage.clock, { buildId: id, branch });
    for (let round = 0; round < 3; round += 1) await office.handle(failed('e-1', 'main'));
    assert.equal(await office.handle(failed('e-2', 'topic')), 'no_recipient');
    assert.deepEqual(channels(), ['#builds']);
  });

  it('a channel, the agents and people may hear of one event', async () => {
    const { path } = fileOf(
      '  incident.opened:\n    - { users: event.userIds }\n    - { slack: C0INCIDENT }\n    - { agents: true }\n',
    );
    const office = await open({ variables: { RECIPIENTS_FILE: path, RATE_PER_HOUR: '1' } });
    await prefer(office, 'jane', { chat: true });
    await office.handle(eventOf('incident.opened', 'e-1', stage.clock, { userIds: ['jane', 'john', 'jane'] }));
    await settled();
    assert.deepEqual([reached(), channels().sort()], [['jane'], [AGENTS, 'C0INCIDENT'].sort()]);
  });

  it('a person may be named by an e-mail in any field', async () => {
    const { path } = fileOf('  fraud.flagged:\n    - { person: { email: event.email } }\n');
    const office = await open({ variables: { RECIPIENTS_FILE: path } });
    await prefer(office, 'jane', { chat: true }, { email: 'jane@example.com' });
    const nameless = { userId: null, customerId: null, phone: null };
    await office.handle(eventOf('fraud.flagged', 'e-1', stage.clock, { ...nameless, email: 'jane@example.com' }));
    assert.deepEqual(reached(), ['jane']);
  });

  it('follows its file; a broken one leaves the earlier recipients in force', async () => {
    const file = fileOf('  build.failed: []\n');
    const office = await open({ variables: { RECIPIENTS_FILE: file.path } });
    let round = 0;
    const outcome = () => {
      round += 1;
      return office.handle(eventOf('build.failed', `e-${round}`, stage.clock, { userIds: [] }));
    };
    assert.equal(await outcome(), 'no_recipient');
    file.write('  build.failed: [{ slack: "#builds" }]\n');
    await eventually(async () => assert.equal(await outcome(), undefined));
    file.write('  build.failed: [{ slack: builds }]\n');
    const failed = async () =>
      (await office.metrics.getSingleMetric('notifier_recipients_reload_failed')?.get())?.values[0]?.value;
    await eventually(async () => assert.equal(await failed(), 1));
    assert.equal(await outcome(), undefined);
  });
});

describe('followers', () => {
  const restocked = (id: string, fields: object = {}) =>
    eventOf('stock.replenished', id, stage.clock, { userIds: [], productId: 'kettle', sku: 'KET-17', ...fields });
  const targetOf = (userId: string, targetId = 'kettle', targetKind = 'product') => ({ userId, targetKind, targetId });
  const follow = (type: 'follow.started' | 'follow.ended', id: string, ...target: Parameters<typeof targetOf>) =>
    eventOf(type, id, stage.clock, targetOf(...target));

  it('hear of the product they follow if they agreed to it, until they end it', async () => {
    const office = await open();
    for (const userId of ['jane', 'john']) await prefer(office, userId, { chat: true });
    for (const userId of ['jane', 'john', 'silent'])
      await office.handle(follow('follow.started', `f-${userId}`, userId));
    await office.handle(follow('follow.started', 'f-2', 'jane', 'KET-17'));
    await office.handle(restocked('e-1'));
    await settled();
    assert.deepEqual(reached(), ['jane', 'john']);
    assert.match(stage.textsOf('chat')[0] ?? '', /Kettle, 1\.7 l is back in stock/);

    stage.clock += 1;
    await office.handle(follow('follow.ended', 'f-3', 'john'));
    await office.handle(eventOf('follow.started', 'f-4', stage.clock - 10, targetOf('john')));
    await office.handle(restocked('e-2'));
    await settled();
    assert.deepEqual(reached(), ['jane', 'jane', 'john'], 'an earlier start does not undo a later end');
  });

  it('hear of maintenance of a service, an incident of it and the end of the incident', async () => {
    const office = await open();
    await prefer(office, 'jane', { chat: true });
    await office.handle(follow('follow.started', 'f-1', 'jane', 'checkout', 'service'));
    const fields = { services: ['search', 'checkout'], userIds: [] };
    for (const type of ['maintenance.scheduled', 'incident.opened', 'incident.resolved'] as const) {
      await office.handle(eventOf(type, `e-${type}`, stage.clock, fields));
    }
    await settled();
    assert.deepEqual(reached(), ['jane', 'jane', 'jane']);
    assert.equal(await office.handle(follow('follow.started', 'f-2', 'jane', 'x', 'team')), 'unknown_target');
  });

  it('each of 1,200 is notified once, however often the event is handled', async () => {
    const office = await open({ variables: { SEND_CONCURRENCY: '50' } });
    const ids = Array.from({ length: 1_200 }, (_, number) => `user-${number}`);
    for (const userId of ids) {
      await prefer(office, userId, { chat: true });
      await office.handle(follow('follow.started', `f-${userId}`, userId));
    }
    for (let round = 0; round < 2; round += 1) await office.handle(restocked('e-1'));
    await eventually(() => assert.deepEqual(reached(), ids.toSorted()));
    await settled();
    assert.equal(messagesOf(stage.sandbox, 'chat').length, ids.length);
  });
});
