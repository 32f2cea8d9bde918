import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, beforeEach, describe, it } from 'node:test';
import { testStack } from '@switchboard/stack/test-stack';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { type Identifier, identifierOf, type Node, nodeOf } from './identifier.ts';
import { createPeople, type People } from './people.ts';

const TODAY = Date.parse('2026-01-15T12:00:00Z');
const redis = new Redis(testStack().redisUrl);
const file = `people-${randomUUID().slice(0, 8)}`;
let number = 0;
let people: People;

function fresh(): People {
  number += 1;
  return createPeople({ redis, prefix: `${file}-${number}` });
}
const keys = (): Promise<string[]> => redis.keys(`${file}-${number}:*`);
beforeEach(() => {
  people = fresh();
});
after(async () => {
  const left = await redis.keys(`${file}-*`);
  if (left.length > 0) await redis.unlink(...left);
  redis.disconnect();
});

const ids = (...nodes: readonly Node[]): Identifier[] => nodes.map(identifierOf);
const pair = (one: Node, other: Node) => [identifierOf(one), identifierOf(other)] as const;
const learn = (...nodes: readonly Node[]) => people.learn('acme', ids(...nodes), TODAY);
const personOf = async (node: Node, tenant = 'acme'): Promise<string> =>
  (await people.find(tenant, identifierOf(node))).person.map(nodeOf).sort().join(' ');

describe('who is who', () => {
  it('joins what events name together, within the tenant', async () => {
    await learn('user:jane', 'email:jane@x.example');
    await learn('email:jane@x.example', 'customer:shop/7', 'phone:+43660123456');
    const jane = 'customer:shop/7 email:jane@x.example phone:+43660123456 user:jane';
    for (const node of jane.split(' ')) assert.equal(await personOf(node), jane);
    assert.equal(await personOf('user:jane', 'other'), 'user:jane');
  });

  it('keeps a conflict apart and lists it until an operator has decided', async () => {
    await learn('user:jane', 'email:home@x.example');
    await learn('user:john', 'email:home@x.example');
    assert.equal(await personOf('email:home@x.example'), 'email:home@x.example');
    assert.equal(await personOf('user:jane'), 'user:jane');
    const [conflict] = await people.conflicts('acme', 10);
    assert.deepEqual(conflict?.conflicts, [{ reason: 'several_values', identifiers: ids('user:jane', 'user:john') }]);
    assert.equal(await people.countConflicts(), 1);

    await people.decide('acme', pair('user:john', 'email:home@x.example'), 'removed', TODAY);
    assert.equal(await personOf('email:home@x.example'), 'email:home@x.example user:jane');
    assert.deepEqual([await people.conflicts('acme', 10), await people.countConflicts()], [[], 0]);
    await learn('user:john', 'email:home@x.example');
    assert.equal(await personOf('user:jane'), 'email:home@x.example user:jane', 'events do not undo a decision');
  });

  it('keeps people with one phone number apart, in whatever order they come, until the number is confirmed', async () => {
    const events: readonly (readonly Node[])[] = [
      ['user:alice', 'email:alice@x.example'],
      ['email:alice@x.example', 'phone:+43660123456'],
      ['email:bob@x.example', 'phone:+43660123456'],
    ];
    for (const order of [events, events.toReversed()]) {
      people = fresh();
      for (const event of order) await learn(...event);
      const [alice, bob, number] = ids('user:alice', 'email:bob@x.example', 'phone:+43660123456') as [
        Identifier,
        Identifier,
        Identifier,
      ];
      assert.equal(await people.userOf('acme', [bob, number]), undefined, "Bob's news does not go to Alice");
      const [conflict] = await people.conflicts('acme', 10);
      const identifiers = ids('phone:+43660123456', 'email:alice@x.example', 'email:bob@x.example');
      assert.deepEqual(conflict?.conflicts, [{ reason: 'shared_phone', identifiers }]);

      await people.decide('acme', pair('phone:+43660123456', 'email:alice@x.example'), 'confirmed', TODAY);
      assert.equal(await people.userOf('acme', [number]), alice.value);
      assert.equal(await people.userOf('acme', [bob]), undefined);
      assert.equal(await people.countConflicts(), 0);
    }
  });

  it('keeps two phone numbers of one address apart, and lists them', async () => {
    await learn('user:alice', 'email:team@x.example');
    await learn('email:team@x.example', 'phone:+43660123456');
    await learn('email:team@x.example', 'phone:+43699999999');
    assert.equal(await personOf('user:alice'), 'email:team@x.example user:alice');
    assert.equal(await personOf('phone:+43699999999'), 'phone:+43699999999');
    const [conflict] = await people.conflicts('acme', 10);
    assert.deepEqual(
      conflict?.conflicts.map(({ reason }) => reason),
      ['shared_email'],
    );
  });

  it('erases a person with all links, and learns again', async () => {
    await learn('user:jane', 'email:jane@x.example', 'phone:+43660123456');
    await learn('user:john', 'email:john@x.example');
    const erased = await people.erase('acme', identifierOf('email:jane@x.example'));
    assert.deepEqual(erased.map(nodeOf).sort(), ['email:jane@x.example', 'phone:+43660123456', 'user:jane']);
    assert.equal((await keys()).filter((key) => /jane|43660/.test(key)).length, 0);
    assert.equal(await personOf('user:john'), 'email:john@x.example user:john');
    await learn('user:jane', 'email:jane@x.example');
    assert.equal(await personOf('user:jane'), 'email:jane@x.example user:jane');
  });

  it('takes an identifier with many links for a shared one, which names nobody', async () => {
    for (let one = 0; one < 25; one += 1) await learn(`user:${one}`, 'phone:+43100000');
    assert.equal(await personOf('phone:+43100000'), 'phone:+43100000');
    assert.equal(await personOf('user:3'), 'user:3');
    const [conflict] = await people.conflicts('acme', 10);
    assert.deepEqual(conflict?.conflicts, [{ reason: 'too_many_links' }]);
    const readable = await Promise.all(
      (await keys()).filter((key) => key.includes(':n:user')).map((key) => redis.hkeys(key)),
    );
    assert.ok(
      readable.flat().every((name) => name.startsWith('#')),
      'no hash of another still names it',
    );
    await people.erase('acme', identifierOf('phone:+43100000'));
    await learn('user:3', 'phone:+43100000');
    assert.equal(await personOf('user:3'), 'phone:+43100000 user:3');
  });

  it('does not follow a chain of identifiers without end', async () => {
    for (let one = 0; one < 60; one += 1) await learn(`email:${one}@x.example`, `email:${one + 1}@x.example`);
    const { person, conflicts } = await people.find('acme', identifierOf('email:30@x.example'));
    assert.deepEqual([person.length, conflicts], [1, [{ reason: 'too_many_links' }]]);
  });

  it('forgets what no event names for two years', async () => {
    await learn('user:jane', 'email:jane@x.example');
    for (const key of await keys()) assert.ok((await redis.ttl(key)) > 700 * 86_400, key);
  });
});

const anyEvent = fc.uniqueArray(
  fc
    .tuple(fc.constantFrom('user', 'customer', 'slack', 'email', 'phone'), fc.constantFrom('1', '2', '3'))
    .map(([kind, value]): Node => `${kind}:${kind === 'customer' ? 'shop/' : ''}${value}`),
  { minLength: 2, maxLength: 4, selector: (node) => identifierOf(node).kind },
);

async function everyPerson(events: readonly (readonly Node[])[]): Promise<ReadonlyMap<Node, string>> {
  const result = new Map<Node, string>();
  for (const node of [...new Set(events.flat())].sort()) result.set(node, await personOf(node));
  return result;
}

it('any order of any events gives the same people, and no two of them share an identifier', async () => {
  const anyOrders = fc
    .array(anyEvent, { minLength: 1, maxLength: 8 })
    .chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })));
  await fc.assert(
    fc.asyncProperty(anyOrders, async ([events, shuffled]) => {
      people = fresh();
      for (const event of events) await learn(...event);
      const found = await everyPerson(events);
      for (const [node, person] of found) {
        assert.ok(person.split(' ').includes(node));
        for (const member of person.split(' ')) assert.equal(found.get(member), person);
      }
      people = fresh();
      for (const event of [...shuffled, ...shuffled]) await learn(...event);
      assert.deepEqual(await everyPerson(events), found);
    }),
    { numRuns: 60 },
  );
});

it('in any order, an identifier with more than 20 links is shared and the others are not', async () => {
  const links = Array.from({ length: 25 }, (_, one): Node[] => [
    `email:${one}@x.example`,
    one < 21 ? 'user:1' : 'user:2',
  ]);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(links, { minLength: links.length }), async (shuffled) => {
      people = fresh();
      for (const link of shuffled) await learn(...link);
      assert.equal(await personOf('user:1'), 'user:1');
      assert.equal((await personOf('user:2')).split(' ').length, 5);
    }),
    { numRuns: 10 },
  );
});
