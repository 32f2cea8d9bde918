import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { clusterId } from '@switchboard/kafka';
import { writeRaw } from '@switchboard/kafka/fixtures/raw-records';
import { ESCAPES, hostileBodies, hostileEvents, hostileLetters } from '../fixtures/hostile-records.ts';
import { createLetterService, type LetterService, type OpsResult } from '../fixtures/letter-service.ts';

/** The work takes less than 5 s; the machine may be busy. */
const LIMIT_MS = 20_000;
const MOST_CHARACTERS = 4_000;
/** For people; the longest, 100 fields of a body, has 114. */
const MOST_LINES = 150;
const TOPIC = 'chat.conversations';

/** What no output may hold: what a terminal obeys, a stack trace, a time or a number that is none. */
const CONTROLS = /[^\P{Cc}\n]|[\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
const STACK = /^\s+at .*:\d+:\d+/m;
const NONE = /NaN|Infinity|Invalid|undefined|\[object /;

const DEAD = { tenant: ESCAPES, channel: ESCAPES, code: 'a@'.repeat(100_000), at: 'no time' };

describe('whatever lies in the topics', () => {
  let service: LetterService;
  const conversation = `conv-${randomUUID()}`;
  const server = createServer((_, response) => response.writeHead(422).end(ESCAPES));
  let url = '';

  before(async () => {
    service = await createLetterService(TOPIC);
    await (await service.start()).stop();
    const { name, connection, redis } = service;
    const ledger = `${name}.dlq.ledger`;
    const entries = ['', 'no JSON', '[]', 'null', '{"action":"x","at":"y","redrives":{}}', '{"action":"purged"}'];
    await writeRaw(connection, [
      ...hostileLetters(`${name}.dlq`),
      ...hostileLetters(`${name}.retry.200ms`),
      ...hostileEvents(TOPIC, conversation),
      ...hostileBodies('ingest.quarantine', name),
      ...entries.map((text) => ({ topic: ledger, key: Buffer.from(`twin:0:7`), value: Buffer.from(text) })),
    ]);
    const scope = await clusterId(connection);
    await redis.hset(
      `p:${scope}:${name}`,
      'one',
      'no JSON',
      'two',
      JSON.stringify({ by: 1, why: ESCAPES, since: 'x' }),
    );
    await redis.hset(`l:${scope}:${name}`, 'acme:test:message.received:e-1', `${Date.now() + 60_000}:dead:abc`);
    await redis.lpush(
      'notifier:dead',
      'no JSON',
      '{"id":1}',
      JSON.stringify({ ...DEAD, id: ESCAPES, events: [ESCAPES] }),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.close();
    await service[Symbol.asyncDispose]();
  });

  async function checked(...command: string[]): Promise<OpsResult> {
    const startedAt = performance.now();
    const result = await service.ops(...command);
    const { out, err, code } = result;
    const name = command.join(' ');
    assert.ok(
      performance.now() - startedAt < LIMIT_MS,
      `${name} takes ${Math.round(performance.now() - startedAt)} ms`,
    );
    assert.ok([0, 1].includes(code), `${name}: ${code} ${err}`);
    assert.ok(code === 0 || `${out}${err}`.trim() !== '', `${name} fails without a word`);
    assert.doesNotMatch(`${out}${err}`, CONTROLS, name);
    assert.doesNotMatch(err, STACK, name);
    if (command.includes('--reveal')) return result;
    const lines = `${out}${err}`.split('\n').length;
    if (!command.includes('--json')) assert.ok(lines <= MOST_LINES, `${name} prints ${lines} lines`);
    assert.doesNotMatch(`${out}${err}`, NONE, name);
    const longest = `${out}${err}`.split('\n').reduce((most, line) => Math.max(most, line.length), 0);
    assert.ok(longest <= MOST_CHARACTERS, `${name} prints a line of ${longest} characters`);
    return result;
  }

  /** As text, as JSON, and with nothing hidden. */
  async function inAllForms(...command: string[]): Promise<void> {
    for (const form of [[], ['--json'], ['--reveal'], ['--json', '--reveal']]) await checked(...command, ...form);
  }

  it('dlq list and show end in time, with sound lines', async () => {
    const of = ['--service', service.name];
    await inAllForms('dlq', 'list', ...of);
    await inAllForms('dlq', 'list', ...of, '--history', '--limit', '1000');
    await inAllForms('dlq', 'list', ...of, '--since', '1h', '--code', 'x'.repeat(1_000));
    const { document } = await checked('dlq', 'list', ...of, '--json');
    const letters = document.services[0].letters.map(({ letter }: { letter: string }) => letter);
    assert.ok(letters.length >= 24, `${letters.length} letters`);
    for (const letter of letters) {
      await checked('dlq', 'show', ...of, letter);
      await checked('dlq', 'show', ...of, letter, '--json', '--reveal');
    }
  });

  it('so do lag, status, event and conversation', async () => {
    const of = ['--service', service.name];
    await inAllForms('lag', ...of);
    await inAllForms('lag', ...of, '--all');
    await inAllForms('status');
    await inAllForms('messages', 'list');
    await inAllForms('messages', 'show', ESCAPES);
    await inAllForms('messages', 'retry', ESCAPES);
    for (const id of ['e'.repeat(100 * 1024), 'eeee', `${conversation}-a`, conversation, ESCAPES]) {
      await inAllForms('event', id, ...of, '--since', '10m');
    }
    await inAllForms('conversation', conversation, ...of, '--since', '10m');
  });

  it('so do the commands on quarantine', async () => {
    const of = ['--source', service.name];
    await inAllForms('quarantine', 'list', ...of);
    await inAllForms('quarantine', 'list', '--history', '--limit', '1000');
    const { document } = await checked('quarantine', 'list', ...of, '--json');
    assert.ok(document.bodies.length >= 10, `${document.bodies.length} bodies`);
    for (const { id } of document.bodies) await inAllForms('quarantine', 'show', id);
    await inAllForms('quarantine', 'resubmit', ...of, '--dry-run');
    await inAllForms('quarantine', 'resubmit', ...of, '--url', url);
  });

  it('a dry run, a redrive and a purge do what can be done', async () => {
    const of = ['--service', service.name];
    await inAllForms('dlq', 'redrive', ...of, '--all', '--dry-run');
    await inAllForms('dlq', 'purge', ...of, '--all', '--dry-run');
    const redriven = await checked('dlq', 'redrive', ...of, '--all', '--force', '--rate', '1000', '--json');
    assert.equal(redriven.document.left, 0);
    const { document } = await checked('dlq', 'list', ...of, '--json');
    assert.deepEqual(document.services[0].count.open, 0);
    assert.equal((await checked('dlq', 'purge', ...of, '--all', '--yes')).code, 0);
  });
});
