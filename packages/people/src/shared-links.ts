import { identifierOf, type Kind, type Node } from './identifier.ts';
import type { Component } from './resolve.ts';

type Edges = Component['edges'];

/**
 * The links without those of phone numbers that several people share: a household has one number, and so has an office.
 * A link of a phone number is left out if two e-mail addresses are linked through it that are linked by nothing else.
 * What an operator has confirmed stays.
 */
export const withoutSharedPhones = (edges: Edges): Edges => withoutJoins(edges, 'phone', 'email');

/**
 * The links without those of e-mail addresses that several people share, such as the address of a team: two phone
 * numbers are linked through it that are linked by nothing else. The address loses its phone numbers first: with them
 * apart, it still names its user and customer, unless these have different numbers. What an operator has confirmed stays.
 */
export function withoutSharedEmails(edges: Edges): Edges {
  const withoutNumbers = withoutJoins(edges, 'email', 'phone', ({ from, to }) => isPhone(from) || isPhone(to));
  return withoutJoins(withoutNumbers, 'email', 'phone');
}

interface Bridge {
  readonly from: Node;
  readonly to: Node;
}

/** Leaves out the links of identifiers of one kind through which alone several of another kind are linked. */
function withoutJoins(edges: Edges, through: Kind, joined: Kind, mayGo = (_: Bridge): boolean => true): Edges {
  const groups = groupsOf(edges, through);
  const groupOf = (node: Node): Node => groups.get(node) as Node;
  const bridges = [...edges].flatMap(([from, links]) =>
    [...links.keys()].filter((to) => edges.has(to) && groupOf(from) !== groupOf(to)).map((to) => ({ from, to })),
  );
  const holders = new Set([...edges.keys()].filter(isOfKind(joined)).map(groupOf));
  if (bridges.length === 0 || holders.size < 2) return edges;
  const bridgesOf = Map.groupBy(bridges, ({ from }) => groupOf(from));

  /** The groups with an identifier of the joined kind on this side of a bridge. */
  function behind(side: Node, bridge: Bridge): readonly Node[] {
    const seen = new Set([groupOf(side)]);
    for (const group of seen) {
      for (const next of bridgesOf.get(group) ?? []) if (!isSame(next, bridge)) seen.add(groupOf(next.to));
    }
    return [...seen].filter((group) => holders.has(group));
  }

  const isShared = (bridge: Bridge): boolean => {
    const [one, other] = [behind(bridge.from, bridge), behind(bridge.to, bridge)];
    return one.length > 0 && other.length > 0 && new Set([...one, ...other]).size > 1;
  };
  const shared = Map.groupBy(
    bridges.filter((bridge) => mayGo(bridge) && isShared(bridge)),
    ({ from }) => from,
  );
  const isLeft = (from: Node, to: Node): boolean => !(shared.get(from) ?? []).some((bridge) => bridge.to === to);
  return new Map([...edges].map(([from, links]) => [from, new Map([...links].filter(([to]) => isLeft(from, to)))]));
}

const isSame = (one: Bridge, other: Bridge): boolean =>
  (one.from === other.from && one.to === other.to) || (one.from === other.to && one.to === other.from);

const isOfKind =
  (kind: Kind) =>
  (node: Node): boolean =>
    identifierOf(node).kind === kind;
const isPhone = isOfKind('phone');

/** What is linked by more than identifiers of this kind is one group, named by one of its nodes. */
function groupsOf(edges: Edges, through: Kind): ReadonlyMap<Node, Node> {
  const isThrough = isOfKind(through);
  const groups = new Map<Node, Node>();
  for (const start of edges.keys()) {
    if (groups.has(start)) continue;
    const group = new Set([start]);
    for (const node of group) {
      groups.set(node, start);
      for (const [next, { isConfirmed }] of edges.get(node) ?? []) {
        if (edges.has(next) && (isConfirmed || !(isThrough(node) || isThrough(next)))) group.add(next);
      }
    }
  }
  return groups;
}
