import { identifierOf, type Node } from './identifier.ts';
import type { Component } from './resolve.ts';

type Edges = Component['edges'];

/**
 * The links without those of phone numbers that several people share: a household has one number, and so has an office.
 * A link of a phone number is left out if two e-mail addresses are linked through it that are linked by nothing else.
 * What an operator has confirmed stays.
 */
export function withoutSharedPhones(edges: Edges): Edges {
  const groups = groupsOf(edges);
  const bridges = [...edges].flatMap(([from, links]) =>
    [...links.keys()].filter((to) => edges.has(to) && groups.get(from) !== groups.get(to)).map((to) => ({ from, to })),
  );
  const addressed = new Set([...edges.keys()].filter(isEmail).map((node) => groups.get(node) as Node));
  if (bridges.length === 0 || addressed.size < 2) return edges;

  /** The groups with an e-mail address on this side of a bridge. */
  function behind(side: Node, bridge: Bridge): readonly Node[] {
    const seen = new Set([groups.get(side) as Node]);
    for (const group of seen) {
      for (const next of bridges) {
        if (groups.get(next.from) === group && !isSame(next, bridge)) seen.add(groups.get(next.to) as Node);
      }
    }
    return [...seen].filter((group) => addressed.has(group));
  }

  const isShared = (bridge: Bridge): boolean => {
    const [one, other] = [behind(bridge.from, bridge), behind(bridge.to, bridge)];
    return one.length > 0 && other.length > 0 && new Set([...one, ...other]).size > 1;
  };
  const shared = bridges.filter(isShared);
  return new Map(
    [...edges].map(([from, links]) => [
      from,
      new Map([...links].filter(([to]) => !shared.some((bridge) => bridge.from === from && bridge.to === to))),
    ]),
  );
}

interface Bridge {
  readonly from: Node;
  readonly to: Node;
}

const isSame = (one: Bridge, other: Bridge): boolean =>
  (one.from === other.from && one.to === other.to) || (one.from === other.to && one.to === other.from);

const isEmail = (node: Node): boolean => identifierOf(node).kind === 'email';
const isPhone = (node: Node): boolean => identifierOf(node).kind === 'phone';

/** What is linked by more than a phone number is one group, named by one of its nodes. */
function groupsOf(edges: Edges): ReadonlyMap<Node, Node> {
  const groups = new Map<Node, Node>();
  for (const start of edges.keys()) {
    if (groups.has(start)) continue;
    const group = new Set([start]);
    for (const node of group) {
      groups.set(node, start);
      for (const [next, { isConfirmed }] of edges.get(node) ?? []) {
        if (edges.has(next) && (isConfirmed || !(isPhone(node) || isPhone(next)))) group.add(next);
      }
    }
  }
  return groups;
}
