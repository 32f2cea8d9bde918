import assert from 'node:assert/strict';
import { it } from 'node:test';
import { until } from '@switchboard/stack/until';
import { createFixture } from './fixture.ts';

it('an invalid record becomes one dead letter with intact bytes; the rest of the partition is handled', async () => {
  const fixture = await createFixture({ partitions: 1 });
  const { value, headers } = fixture.encode('good', 0);
  const schemaId = value.subarray(0, 5);
  const unknownId = Buffer.from(value);
  unknownId.writeInt32BE(2_000_000_000, 1);
  const headersOf = (id: string) => ({ ...headers, ce_id: id });
  const key = 'acme:bad';
  // The meta record is followed by the nullable conversationId and so on; a long of -1 is 0x01, one of 2^40 is 6 bytes.
  const hugeLength = Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x40]);

  const hostile: {
    name: string;
    key: string | null;
    value: Buffer | null;
    headers?: Record<string, string>;
    code: RegExp;
  }[] = [
    { name: 'truncated', key, value: value.subarray(0, value.length - 3), headers: headersOf('t'), code: /./ },
    {
      name: 'magic byte 1',
      key,
      value: Buffer.concat([Buffer.from([1]), value.subarray(1)]),
      headers: headersOf('m'),
      code: /./,
    },
    { name: 'unknown schema id', key, value: unknownId, headers: headersOf('u'), code: /UNKNOWN_SCHEMA/ },
    {
      name: 'a huge string length',
      key,
      value: Buffer.concat([schemaId, hugeLength]),
      headers: headersOf('h'),
      code: /./,
    },
    {
      name: 'a negative string length',
      key,
      value: Buffer.concat([schemaId, Buffer.from([0x01])]),
      headers: headersOf('n'),
      code: /./,
    },
    {
      name: 'bytes after its end',
      key,
      value: Buffer.concat([value, Buffer.from('tail')]),
      headers: headersOf('b'),
      code: /./,
    },
    { name: 'only the frame', key, value: Buffer.from(schemaId), headers: headersOf('f'), code: /./ },
    { name: 'text', key, value: Buffer.from('not avro at all'), headers: headersOf('x'), code: /./ },
    { name: 'a tombstone', key, value: null, headers: headersOf('0'), code: /EMPTY_VALUE/ },
    { name: 'an empty value', key, value: Buffer.alloc(0), headers: headersOf('e'), code: /EMPTY_VALUE/ },
    { name: 'no key', key: null, value, headers: headersOf('k'), code: /NO_KEY/ },
    { name: 'no headers', key, value, headers: {}, code: /NO_HEADERS/ },
    {
      name: 'another type than its header names',
      key,
      value,
      headers: { ...headersOf('y'), ce_type: 'message.received' },
      code: /./,
    },
  ];
  const bad = hostile.slice(0, -1);
  for (const [number, record] of bad.entries()) {
    await fixture.sendRaw(record);
    await fixture.send('good', number);
  }
  const consumer = await fixture.start();
  await until('all well-formed events have their effect', () => fixture.sink.effects.length === bad.length);
  await until('all other records are dead', () => consumer.state().counts.dead === bad.length);

  const letters = await fixture.deadLetters();
  assert.equal(letters.length, bad.length, 'each once');
  for (const [number, { name, value: sent, code }] of bad.entries()) {
    const letter = letters.find(({ headers: { '__dlq.errors.offset': offset } }) => offset === String(2 * number));
    assert.ok(letter, name);
    assert.deepEqual(letter.value ?? Buffer.alloc(0), sent ?? Buffer.alloc(0), name);
    assert.match(letter.headers['__dlq.errors.code'] ?? '', code, name);
  }
  await fixture.close();
});
