import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { AnyEvent } from '@switchboard/events';
import { credentials, type Sandbox, startSandbox } from '@switchboard/sandbox';
import { eventually } from '@switchboard/stack/until';
import { agreed, eventOf } from '../../fixtures/events.ts';
import { type MailDoor, openMailDoor } from '../../fixtures/mail-door.ts';
import { bodiesOf, type Office } from '../../fixtures/office.ts';
import { setStage } from '../../fixtures/stage.ts';

const stage = setStage();
const { user, password } = credentials.smtp;

let folder: string;
let umbrella: Sandbox;
let door: MailDoor;

before(async () => {
  umbrella = await startSandbox();
});
after(() => umbrella.close());
beforeEach(async () => {
  umbrella.reset();
  folder = await mkdtemp(join(tmpdir(), 'notifier-'));
  door = await openMailDoor(umbrella.smtpPort);
  await writeFile(join(folder, 'chat-key'), credentials.chat.apiKey);
  await writeFile(join(folder, 'slack-token'), credentials.slack.token);
  await writeFile(join(folder, 'smtp-password'), password);
});
afterEach(async () => {
  await door.close();
  await rm(folder, { recursive: true });
});

const own = () => ({
  chat: { role: 'chat', kind: 'http', url: `${umbrella.url}/chat`, auth: bearer('chat-key') },
  slack: {
    ...{ role: 'slack', kind: 'slack', url: `${umbrella.url}/slack`, auth: bearer('slack-token') },
    settings: { agentsChannel: 'C0UMBRELLA' },
  },
  mail: {
    ...{ role: 'email', kind: 'smtp', url: `smtp://127.0.0.1:${door.port}` },
    auth: { kind: 'basic', user, password: { file: 'smtp-password' } },
    settings: { from: 'Umbrella <hello@umbrella.example>' },
  },
});
const bearer = (file: string) => ({ kind: 'bearer', token: { file } });

async function open(connections: object): Promise<Office> {
  await connect(connections);
  return stage.open({ variables: { CONNECTIONS_FILE: join(folder, 'connections.yaml') } });
}
const connect = (connections: object): Promise<void> =>
  writeFile(join(folder, 'connections.yaml'), JSON.stringify({ connections: { umbrella: connections } }));

const as = <E extends AnyEvent>(tenant: string, event: E): E => ({ ...event, meta: { ...event.meta, tenant } });
const prefer = (office: Office, tenant: string, channels: object) =>
  office.handle(
    as(
      tenant,
      eventOf('preference.updated', 'p-1', stage.clock, agreed('jane', channels, { email: `jane@${tenant}.example` })),
    ),
  );
const chats = (sandbox: Sandbox): number => bodiesOf(sandbox, 'chat').length;
const mails = (sandbox: Sandbox) => bodiesOf(sandbox, 'smtp').map(({ from, to }) => `${from} ${to}`);

describe("a tenant's own channels", () => {
  it('carry its messages, and those of the variables carry those of the others', async () => {
    const office = await open(own());
    for (const tenant of ['acme', 'umbrella']) {
      await prefer(office, tenant, { chat: true, email: true });
      assert.equal(await office.handle(as(tenant, stage.shipped('e-1'))), undefined);
      await office.handle(as(tenant, eventOf('conversation.escalated', 'e-2', stage.clock)));
    }
    for (const sandbox of [stage.sandbox, umbrella]) assert.equal(chats(sandbox), 1);
    assert.deepEqual(mails(stage.sandbox), ['news@shop.example jane@acme.example']);
    assert.deepEqual(mails(umbrella), ['hello@umbrella.example jane@umbrella.example']);
    assert.deepEqual(
      bodiesOf(umbrella, 'slack').map(({ channel }) => channel),
      ['C0UMBRELLA'],
    );
  });

  it('can be none: the event is skipped', async () => {
    const office = await open({ chat: { role: 'chat', kind: 'none' } });
    await prefer(office, 'umbrella', { chat: true });
    assert.equal(await office.handle(as('umbrella', stage.shipped('e-1'))), 'channel_not_configured');
    assert.equal(chats(stage.sandbox), 0);
  });

  it('that are down delay its own messages only', async () => {
    const office = await open(own());
    for (const tenant of ['acme', 'umbrella']) await prefer(office, tenant, { email: true });
    door.set('refused');
    const event = as('umbrella', stage.shipped('e-1'));
    await assert.rejects(office.handle(event), { retry: 'when-available', target: 'umbrella/mail' });
    await office.handle(as('acme', stage.shipped('e-1')));
    assert.equal(mails(stage.sandbox).length, 1);
    door.set('open');
    await eventually(() => office.handle(event));
    assert.equal(mails(umbrella).length, 1);
  });

  it('that change while a message waits are used for it', async () => {
    const office = await open({});
    const night = { start: '11:00', end: '13:00' };
    const preference = agreed('jane', { chat: true }, { quietHours: night });
    await office.handle(as('umbrella', eventOf('preference.updated', 'p-1', stage.clock, preference)));
    await office.handle(as('umbrella', stage.shipped('e-1')));
    assert.equal(await stage.waiting(), 1);
    const { chat } = own();
    await connect({ chat });
    // The file is read again within seconds: then the agents have no channel, so this event is skipped.
    await connect({ chat, slack: { role: 'slack', kind: 'none' } });
    await eventually(async () => {
      const escalated = as('umbrella', eventOf('conversation.escalated', `e-${stage.clock}`, stage.clock));
      assert.notEqual(await office.handle(escalated), undefined);
    });
    stage.clock += 2 * 3_600_000;
    await eventually(() => assert.equal(chats(umbrella), 1));
    assert.equal(chats(stage.sandbox), 0);
  });
});
