import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ConfigError } from '@switchboard/service';
import { UsageError } from '@switchboard/service/command-line';
import { map } from './main.ts';

const folder = await mkdtemp(join(tmpdir(), 'switchboard-map-'));
after(() => rm(folder, { recursive: true }));

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

type Context = { mock: { method: typeof import('node:test').mock.method } };

async function run(t: Context, ...argv: string[]): Promise<{ code: number; output: string }> {
  const lines: string[] = [];
  const { mock } = t.mock.method(console, 'log', (line: string) => void lines.push(line));
  const code = await map(['try', ...argv]).finally(() => mock.restore());
  return { code, output: lines.join('\n') };
}

/** The cells of the line about a field. */
const line = (output: string, field: string): string[] =>
  output.split('\n').flatMap((text) => (text.startsWith(`${field} `) ? [text.replaceAll(/ {2,}/g, ' ')] : []));

const sources = `sources:
  shop:
    tenant: acme
    scheme: platform
    secrets: [{ env: A_SECRET_THAT_IS_NOT_SET }]
    mapping:
      fields:
        conversation.escalated: { customer.email: data.contact_mail }
      events:
        - type: order.created
          when: headers["x-topic"] == "sale"
          id: body.no
          fields:
            orderId: body.no
            total: body.cents / 100.0
`;

describe('map try', () => {
  it('shows where the fields of an event were sent, and what no field takes', async (t) => {
    const body = await file('body.json', {
      event: 'conversation.escalated',
      data: {
        conversation_id: 'c-1',
        contact_mail: 'a@example.com',
        shard: 7,
        messages: [{ role: 'user', content: 'hi' }],
      },
    });
    const { code, output } = await run(t, body, '--source', 'shop', '--file', await file('sources.yaml', sources));
    assert.equal(code, 0, output);
    assert.match(output, /^shop: 1 event$/m);
    assert.match(output, /^conversation\.escalated, its id will be derived, at the time of receipt$/m);
    assert.deepEqual(line(output, 'conversationId'), ['conversationId ← data.conversation_id "c-1"']);
    assert.deepEqual(line(output, 'customer.email'), ['customer.email ← data.contact_mail "a@example.com"']);
    assert.deepEqual(line(output, 'transcript[0].text'), ['transcript[0].text ← data.messages[0].content "hi"']);
    assert.deepEqual(line(output, 'meta.extra'), ['meta.extra ← shard 7']);
  });

  it('evaluates rules over the headers', async (t) => {
    const body = await file('sale.json', { no: 5, cents: 1250 });
    const of = ['--source', 'shop', '--file', await file('sources.yaml', sources)];
    const { code, output } = await run(t, body, ...of, '--header', 'X-Topic: sale');
    assert.equal(code, 0, output);
    assert.match(output, /^order\.created, id 5, /m);
    assert.deepEqual(line(output, 'orderId'), ['orderId ← no "5"']);
    assert.deepEqual(line(output, 'total'), ['total ← events.0.fields.total 12.5']);
    const without = await run(t, body, ...of);
    assert.equal(without.code, 1);
    assert.match(without.output, /has none of the shapes/);
  });

  it('shows problems, and fails', async (t) => {
    const body = await file('bad.json', { event: 'order.created', data: { total: 'much' } });
    const { code, output } = await run(t, body, '--provider', 'platform');
    assert.equal(code, 1);
    assert.match(output, /^ {2}data\.orderId is required$/m);
    assert.match(output, /^ {2}data\.total must be a number$/m);
    assert.equal((await run(t, await file('none.json', '{'), '--provider', 'platform')).code, 1);
  });

  it('uses the sources of this checkout', async (t) => {
    const body = await file('lead.json', { event: 'lead_captured', data: { customerEmail: 'a@example.com' } });
    const { code, output } = await run(t, body, '--source', 'chatbot');
    assert.equal(code, 0, output);
    assert.deepEqual(line(output, 'email'), ['email ← data.customerEmail "a@example.com"']);
  });

  it('says what is wrong with a mapping, by line and column', async () => {
    const broken = await file('broken.yaml', sources.replace('data.contact_mail', 'data.mail.matches("x")'));
    await assert.rejects(map(['try', '--source', 'shop', '--file', broken]), (error) => {
      return (
        error instanceof ConfigError && /line 8, column \d+\) Regular expressions are not allowed/.test(error.message)
      );
    });
  });

  it('names what there is when something is asked for that is not', async () => {
    for (const [argv, message] of [
      [['show'], /Say what to do: map try/],
      [['try', '--provider', 'slak'], /There is no provider slak; there are api, /],
      [['try', '--source', 'nobody'], /There is no source nobody; there are /],
      [['try'], /Name a source by --source; there are /],
      [['try', join(folder, 'nothing.json'), '--source', 'shop'], /nothing\.json cannot be read \(ENOENT\)/],
      [['try', '--source', 'shop', '--provider', 'platform'], /not both/],
      [['try', '--source', 'shop', '--header', 'x'], /--header is name:value/],
    ] as const) {
      await assert.rejects(map(argv), (error) => error instanceof UsageError && message.test(error.message));
    }
  });
});
