import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Identifier, identifierOf, type Node, nodeOf } from './identifier.ts';
import { type Edge, personOf, resolve } from './resolve.ts';

type Link = readonly [Node, Node] | readonly [Node, Node, 'confirmed'];

function resolved(links: readonly Link[], isTooLarge = false) {
  const edges = new Map<Node, Map<Node, Edge>>();
  for (const [one, other, confirmed] of links) {
    const edge = { isConfirmed: confirmed !== undefined, lastSeen: 0 };
    for (const [from, to] of [[one, other] as const, [other, one] as const]) {
      edges.set(from, (edges.get(from) ?? new Map<Node, Edge>()).set(to, edge));
    }
  }
  return resolve({ edges, isTooLarge });
}

const textOf = (people: readonly (readonly Identifier[])[]): string[] =>
  people.map((person) => person.map(nodeOf).sort().join(' ')).sort();

const A: Node = 'user:a';
const B: Node = 'user:b';
const MAIL: Node = 'email:a@x.example';
const BOBS: Node = 'email:bob@x.example';
const PHONE: Node = 'phone:+4366012345';
const OTHER_PHONE: Node = 'phone:+4399';

const cases: readonly { name: string; links: readonly Link[]; people: readonly string[]; unassigned?: Node[] }[] = [
  {
    name: 'linked identifiers are one person',
    links: [
      [A, MAIL],
      [MAIL, PHONE],
    ],
    people: [`${MAIL} ${PHONE} ${A}`],
  },
  {
    name: 'an e-mail of two users belongs to neither',
    links: [
      [A, MAIL],
      [MAIL, B],
    ],
    people: [A, B],
    unassigned: [MAIL],
  },
  {
    name: 'an identifier belongs to the nearer of two users',
    links: [
      [A, MAIL],
      [MAIL, PHONE],
      [PHONE, B],
    ],
    people: [`${MAIL} ${A}`, `${PHONE} ${B}`],
  },
  {
    name: 'a confirmed link is nearer than one that events have shown',
    links: [
      [A, MAIL, 'confirmed'],
      [MAIL, B],
    ],
    people: [`${MAIL} ${A}`, B],
  },
  {
    name: 'a user of two customers is neither',
    links: [
      [A, 'customer:shop/1'],
      [A, 'customer:shop/2'],
      [A, MAIL],
    ],
    people: [],
    unassigned: ['customer:shop/1', 'customer:shop/2', MAIL, A],
  },
  {
    name: 'a user may be a customer of two sources',
    links: [
      [A, 'customer:shop/1'],
      [A, 'customer:billing/1'],
    ],
    people: [`customer:billing/1 customer:shop/1 ${A}`],
  },
  {
    name: 'a phone number that two people give makes them no one person',
    links: [
      [A, MAIL],
      [MAIL, PHONE],
      [BOBS, PHONE],
    ],
    people: [`${MAIL} ${A}`, BOBS],
    unassigned: [PHONE],
  },
  {
    name: 'nor do several of them, and ids of different sources',
    links: [
      [A, MAIL],
      ...(['customer:shop/1', MAIL] as const).flatMap((node): Link[] => [
        [node, PHONE],
        [node, OTHER_PHONE],
      ]),
      ...(['customer:billing/2', BOBS] as const).flatMap((node): Link[] => [
        [node, PHONE],
        [node, OTHER_PHONE],
      ]),
      ['customer:shop/1', MAIL],
      ['customer:billing/2', BOBS],
    ],
    people: [`customer:shop/1 ${MAIL} ${A}`, `customer:billing/2 ${BOBS}`],
    unassigned: [PHONE, OTHER_PHONE],
  },
  {
    name: 'a confirmed phone number is of whom it is said to be',
    links: [
      [MAIL, PHONE, 'confirmed'],
      [BOBS, PHONE],
    ],
    people: [`${MAIL} ${PHONE}`, BOBS],
  },
  {
    name: 'two addresses of a user may have one phone number',
    links: [
      [A, MAIL],
      [A, BOBS],
      [MAIL, PHONE],
      [BOBS, PHONE],
    ],
    people: [`${MAIL} ${BOBS} ${PHONE} ${A}`],
  },
  {
    name: 'a phone number links a chat user with an address',
    links: [
      [A, PHONE],
      [PHONE, MAIL],
    ],
    people: [`${MAIL} ${PHONE} ${A}`],
  },
  {
    name: 'an e-mail address that two people give makes them no one person',
    links: [
      [A, PHONE],
      [A, MAIL],
      ['customer:shop/1', MAIL],
      ['customer:shop/1', OTHER_PHONE],
    ],
    people: [`${PHONE} ${A}`, `customer:shop/1 ${OTHER_PHONE}`],
    unassigned: [MAIL],
  },
  {
    name: 'two phone numbers of one address are apart, and the address is still of its user',
    links: [
      [A, MAIL],
      [MAIL, PHONE],
      [MAIL, OTHER_PHONE],
    ],
    people: [`${MAIL} ${A}`, PHONE, OTHER_PHONE],
  },
  {
    name: 'nor does a further phone number take the address from a user with another one',
    links: [
      [A, MAIL],
      [A, PHONE],
      [MAIL, PHONE],
      [MAIL, OTHER_PHONE],
    ],
    people: [`${MAIL} ${PHONE} ${A}`, OTHER_PHONE],
  },
  {
    name: 'a user may have two phone numbers',
    links: [
      [A, PHONE],
      [A, OTHER_PHONE],
      [MAIL, PHONE],
      [MAIL, OTHER_PHONE],
    ],
    people: [`${MAIL} ${PHONE} ${OTHER_PHONE} ${A}`],
  },
  {
    name: 'confirmed phone numbers of one address are of one person',
    links: [
      [A, MAIL],
      [MAIL, PHONE, 'confirmed'],
      [MAIL, OTHER_PHONE, 'confirmed'],
    ],
    people: [`${MAIL} ${PHONE} ${OTHER_PHONE} ${A}`],
  },
  {
    name: 'a confirmed customer of a user settles it',
    links: [
      [A, 'customer:shop/1', 'confirmed'],
      [A, 'customer:shop/2'],
      [A, MAIL],
    ],
    people: [`customer:shop/1 ${MAIL} ${A}`],
    unassigned: ['customer:shop/2'],
  },
];

for (const { name, links, people, unassigned = [] } of cases) {
  it(name, () => {
    const resolution = resolved(links);
    assert.deepEqual(textOf(resolution.people), [...people].sort());
    assert.deepEqual(resolution.unassigned.map(nodeOf).sort(), [...unassigned].sort());
  });
}

it('what is linked with too much belongs to nobody', () => {
  assert.deepEqual(resolved([[A, MAIL]], true).people, []);
});

const anyNode = fc
  .tuple(fc.constantFrom('user', 'customer', 'slack', 'email', 'phone'), fc.constantFrom('1', '2', '3'))
  .map(([kind, value]): Node => `${kind}:${kind === 'customer' ? 'shop/' : ''}${value}`);
const anyLink = fc.oneof(fc.tuple(anyNode, anyNode), fc.tuple(anyNode, anyNode, fc.constant('confirmed' as const)));

describe('for any links', () => {
  it('no identifier is of two people, and no person has two values of a kind that people have once', () => {
    fc.assert(
      fc.property(fc.array(anyLink, { maxLength: 16 }), (links) => {
        const { people, unassigned } = resolved(links);
        const all = [...people.flat(), ...unassigned].map(nodeOf);
        assert.equal(new Set(all).size, all.length);
        assert.deepEqual([...new Set(links.flatMap((link) => link.slice(0, 2)))].sort(), all.sort());
        for (const person of people) {
          const once = person.filter(({ kind }) => kind !== 'email' && kind !== 'phone').map(({ kind }) => kind);
          assert.equal(new Set(once).size, once.length, textOf([person]).join());
        }
      }),
      { numRuns: 300 },
    );
  });

  for (const { kind, through } of [
    { kind: 'email', through: 'phone' },
    { kind: 'phone', through: 'email' },
  ]) {
    it(`no person has two identifiers of the kind ${kind} that only one of the kind ${through} links`, () => {
      const isGuess = ([one, other, confirmed]: Link): boolean =>
        confirmed === undefined && [one, other].some((node) => node.startsWith(through));
      fc.assert(
        fc.property(fc.array(anyLink, { maxLength: 16 }), (links) => {
          const certain = links.filter((link) => !isGuess(link));
          const reached = (start: Node): Set<Node> => {
            const found = new Set([start]);
            for (const node of found) {
              for (const [one, other] of certain) {
                if (one === node) found.add(other);
                if (other === node) found.add(one);
              }
            }
            return found;
          };
          for (const person of resolved(links).people) {
            const [first, ...others] = person.filter((one) => one.kind === kind).map(nodeOf);
            for (const other of others) assert.ok(reached(first as Node).has(other), textOf([person]).join());
          }
        }),
        { numRuns: 1_000 },
      );
    });
  }

  it('each identifier of a person has that person', () => {
    fc.assert(
      fc.property(fc.array(anyLink, { maxLength: 16 }), (links) => {
        const resolution = resolved(links);
        for (const person of resolution.people) {
          for (const one of person) assert.deepEqual(personOf(resolution, one), person);
        }
        for (const one of resolution.unassigned) assert.deepEqual(personOf(resolution, one), [one]);
      }),
      { numRuns: 300 },
    );
  });
});

it('an identifier is read from its text', () => {
  assert.deepEqual(identifierOf('user:a:b'), { kind: 'user', value: 'a:b' });
});
