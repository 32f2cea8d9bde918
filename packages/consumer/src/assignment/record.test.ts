import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RETRY_HEADERS } from './headers.ts';
import { nextHop, readRecord } from './record.ts';

const DAY_MS = 24 * 3_600_000;
const now = Date.now();

function read(headers: Record<string, string>, where: 'source' | 'retry', timestamp = String(now)) {
  const longestWaitMs = where === 'retry' ? DAY_MS : undefined;
  const from = {
    topic: 'own',
    partition: 3,
    active: true,
    longestWaitMs,
    fullness: 'roomy' as const,
    shareOf: () => 0,
    letPass() {},
    settle() {},
  };
  const message = { key: Buffer.from('k'), value: Buffer.from('v'), headers, timestamp, attributes: 0, offset: '7' };
  return readRecord(from, message, { offset: 7, since: 0, tenant: '', done: false });
}

const EVENT = { ce_id: '1', ce_type: 'message.received', ce_source: '/acme/chat' };
const ADDED = {
  [RETRY_HEADERS.originTopic]: 'conversation.events',
  [RETRY_HEADERS.originPartition]: '99',
  [RETRY_HEADERS.originOffset]: '5',
  [RETRY_HEADERS.originTimestamp]: '1700000000000',
  [RETRY_HEADERS.attempt]: '4',
  [RETRY_HEADERS.round]: '2',
  [RETRY_HEADERS.hop]: '6',
  [RETRY_HEADERS.redrive]: '1',
  [RETRY_HEADERS.replay]: '12',
  [RETRY_HEADERS.dueAt]: String(now + 5_000),
};

describe('the headers of retry topics', () => {
  it('are ignored in a source topic', () => {
    const { origin, position, orderKey } = read({ ...EVENT, ...ADDED }, 'source');
    assert.deepEqual(origin, { topic: 'own', partition: 3, offset: 7, timestamp: String(now) });
    assert.deepEqual(
      { ...position, orderKey },
      { attempts: 0, round: 0, hop: 0, redrive: 0, dueAt: 0, orderKey: 'own|k' },
    );
  });

  it('name the origin of the event, except for its partition, which is that of the record', () => {
    const { origin, position } = read({ ...EVENT, ...ADDED }, 'retry');
    assert.deepEqual(origin, { topic: 'conversation.events', partition: 3, offset: 5, timestamp: '1700000000000' });
    assert.deepEqual(position, { attempts: 4, round: 2, hop: 6, redrive: 1, dueAt: now + 5_000 });
  });

  it('give the event of a replay an identity of its own, with the order of its key', () => {
    const [event, replayed] = [read(EVENT, 'source'), read({ ...EVENT, ...ADDED }, 'retry')];
    assert.deepEqual([event.replay, replayed.replay], [0, 12]);
    assert.equal(replayed.identity, `~12:${event.identity}`);
    assert.equal(read({ ...EVENT, ...ADDED }, 'source').identity, event.identity);
    assert.match(read({ ...ADDED }, 'retry').identity, /^~12:@conversation\.events:3:5#/);
    for (const replay of ['-1', 'abc', '1e400', '9007199254740993', '9'.repeat(400)]) {
      assert.equal(read({ ...EVENT, [RETRY_HEADERS.replay]: replay }, 'retry').identity, event.identity);
    }
  });

  it('never make a record wait longer than the longest wait, for any timestamp', () => {
    const far = { ...EVENT, [RETRY_HEADERS.dueAt]: String(now + 400 * DAY_MS) };
    assert.equal(read(far, 'retry').position.dueAt, now + DAY_MS);
    assert.equal(read(far, 'retry', String(now - 2 * DAY_MS)).position.dueAt, now - DAY_MS);
    assert.ok(read(far, 'retry', String(now + 300 * DAY_MS)).position.dueAt <= Date.now() + DAY_MS);
  });

  it('never make a later copy look older than an earlier one', () => {
    const record = read({ ...EVENT, [RETRY_HEADERS.hop]: '9007199254740991' }, 'retry');
    const next = read({ ...EVENT, [RETRY_HEADERS.hop]: String(nextHop(record)) }, 'retry');
    assert.ok(next.position.hop >= record.position.hop);
    assert.equal(next.position.hop, nextHop(record), 'Redis remembers the hop that the copy is read with');
  });

  it('never yield a time that a Date cannot hold', () => {
    const headers = { ...EVENT, ...ADDED, [RETRY_HEADERS.originTimestamp]: '8640000000000001' };
    assert.equal(read(headers, 'retry').origin.timestamp, String(now));
  });

  it('can be read with any content', () => {
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '',
        'abc',
        '-1',
        '1e999',
        'NaN',
        '9'.repeat(10_000),
        '9007199254740993',
        '0x10',
        '8700000000000000',
      ),
      fc.bigInt().map(String),
    );
    const names = fc.constantFrom(...Object.values(RETRY_HEADERS), ...Object.keys(EVENT), 'traceparent');
    fc.assert(
      fc.property(
        fc.dictionary(names, value),
        fc.constantFrom('source' as const, 'retry' as const),
        (headers, where) => {
          const { origin, position } = read({ ...EVENT, ...headers }, where);
          const { attempts, round, hop, redrive, dueAt } = position;
          for (const count of [attempts, round, hop, redrive]) {
            assert.ok(Number.isInteger(count) && count >= 0 && count <= 1_000_000, String(count));
          }
          assert.equal(origin.partition, 3);
          assert.ok(Number.isSafeInteger(origin.offset) && origin.offset >= 0);
          assert.match(origin.topic, /^[\w.-]{1,249}$/);
          new Date(Number(origin.timestamp)).toISOString();
          assert.ok(dueAt <= Date.now() + DAY_MS);
        },
      ),
    );
  });
});

it('a record whose ce_source does not name a tenant and a source is not an event', () => {
  for (const ce_source of ['', 'acme', '/acme', '/acme/', '//chat', '/acme/chat/more', '/%E0%A4%A/chat']) {
    const { defect, identity } = read({ ...EVENT, ce_source }, 'source');
    assert.equal(defect?.code, 'NO_HEADERS', ce_source);
    assert.match(identity, /^@own:3:7#/);
  }
  assert.equal(read({ ...EVENT, ce_source: '/ac%20me/chat' }, 'source').identity, 'ac me:chat:message.received:1');
});
