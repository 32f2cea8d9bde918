import { type Identifier, identifierOf, type Kind, type Node, nodeOf, scopeOf } from './identifier.ts';
import { withoutSharedEmails, withoutSharedPhones } from './shared-links.ts';

export interface Edge {
  /** Set by an operator: it counts as no distance. */
  readonly isConfirmed: boolean;
  /** The day of the newest event that names both, in epoch ms. */
  readonly lastSeen: number;
}

/** The identifiers that are linked with each other, directly or through others. */
export interface Component {
  readonly edges: ReadonlyMap<Node, ReadonlyMap<Node, Edge>>;
  /** It has more identifiers than a person could have; `edges` has only some of them. */
  readonly isTooLarge: boolean;
}

/** Why identifiers that are linked are not one person. */
export type Conflict =
  | { readonly reason: 'several_values'; readonly identifiers: readonly Identifier[] }
  /** The first is a phone number or an e-mail address, the others are of several people. */
  | { readonly reason: 'shared_phone' | 'shared_email'; readonly identifiers: readonly Identifier[] }
  | { readonly reason: 'too_many_links' };

export interface Resolution {
  /** Each identifier is in at most one of them. */
  readonly people: readonly (readonly Identifier[])[];
  /** Belong to none of the people: they are as near to one as to another. */
  readonly unassigned: readonly Identifier[];
  readonly conflicts: readonly Conflict[];
}

/**
 * Decides which linked identifiers are one person. With several chat users, Slack users or customers of one source, an
 * identifier belongs to the nearest of them by the number of links. A phone number does not make one person of two
 * e-mail addresses, nor an e-mail address of two phone numbers. The answer follows from the links alone, in whatever
 * order they were learned.
 */
export function resolve({ edges, isTooLarge }: Component): Resolution {
  if (isTooLarge) {
    const unassigned = [...edges.keys()].sort().map(identifierOf);
    return { people: [], unassigned, conflicts: [{ reason: 'too_many_links' }] };
  }
  const byEmail = withoutSharedPhones(edges);
  const apart = withoutSharedEmails(byEmail);
  const parts = partsOf(apart).map(resolvePart);
  const shared = [...sharedOf('phone', edges, byEmail), ...sharedOf('email', byEmail, apart)];
  const isLeftAlone = (people: readonly Identifier[]): boolean =>
    people.length === 1 && shared.includes(nodeOf(people[0] as Identifier));
  const people = parts.flatMap((part) => part.people);
  return {
    people: people.filter((person) => !isLeftAlone(person)),
    unassigned: [...parts.flatMap((part) => part.unassigned), ...people.filter(isLeftAlone).flat()],
    conflicts: [
      ...parts.flatMap((part) => part.conflicts),
      ...shared.map((node): Conflict => {
        const others = [...(edges.get(node)?.keys() ?? [])].filter((other) => edges.has(other)).sort();
        const reason = identifierOf(node).kind === 'phone' ? 'shared_phone' : 'shared_email';
        return { reason, identifiers: [node, ...others].map(identifierOf) };
      }),
    ],
  };
}

/** The identifiers of the kind that have lost a link, and for which an operator has confirmed no other link. */
function sharedOf(kind: Kind, before: Edges, after: Edges): Node[] {
  const hasLost = (node: Node): boolean => after.get(node)?.size !== before.get(node)?.size;
  const isConfirmed = (node: Node): boolean => [...(after.get(node)?.values() ?? [])].some((edge) => edge.isConfirmed);
  return [...before.keys()]
    .filter((node) => identifierOf(node).kind === kind && hasLost(node) && !isConfirmed(node))
    .sort();
}

type Edges = Component['edges'];

/** What is linked with each other. */
function partsOf(edges: Edges): Edges[] {
  const parts: Map<Node, ReadonlyMap<Node, Edge>>[] = [];
  const seen = new Set<Node>();
  for (const start of [...edges.keys()].sort()) {
    if (seen.has(start)) continue;
    const nodes = new Set([start]);
    for (const node of nodes) for (const next of edges.get(node)?.keys() ?? []) if (edges.has(next)) nodes.add(next);
    for (const node of nodes) seen.add(node);
    parts.push(new Map([...nodes].map((node) => [node, edges.get(node) as ReadonlyMap<Node, Edge>])));
  }
  return parts;
}

function resolvePart(edges: Edges): Resolution {
  const nodes = [...edges.keys()].sort();
  const scopes = Map.groupBy(nodes, (node) => scopeOf(identifierOf(node)));
  scopes.delete(undefined);
  const rivals = [...scopes.values()];
  const owners = rivals.map((rival) => ownersByNode(edges, rival));
  const claims = new Map(nodes.map((node) => [node, owners.map((owner) => owner.get(node))]));
  const keyOf = (node: Node): string => JSON.stringify(claims.get(node));
  /** All of its owners are uniquely nearest, and claim each other. */
  const isAssigned = (node: Node): boolean =>
    (claims.get(node) ?? []).every((owner) => owner !== null && (owner === undefined || keyOf(owner) === keyOf(node)));

  const people = Map.groupBy(nodes.filter(isAssigned), keyOf);
  return {
    people: [...people.values()].map((members) => members.map(identifierOf)),
    unassigned: nodes.filter((node) => !isAssigned(node)).map(identifierOf),
    conflicts: rivals
      .filter(({ length }) => length > 1)
      .map((rival) => ({ reason: 'several_values', identifiers: rival.map(identifierOf) })),
  };
}

/** The person of the identifier, or the identifier alone if it is unassigned. */
export function personOf({ people }: Pick<Resolution, 'people'>, { kind, value }: Identifier): readonly Identifier[] {
  const isAsked = (one: Identifier): boolean => one.kind === kind && one.value === value;
  return people.find((person) => person.some(isAsked)) ?? [{ kind, value }];
}

/** The nearest of the values for each node: null for a tie. */
function ownersByNode(edges: Edges, values: readonly Node[]): ReadonlyMap<Node, Node | null | undefined> {
  const distances = values.map((value) => distancesFrom(value, edges));
  return new Map(
    [...edges.keys()].map((node) => {
      if (values.includes(node)) return [node, node];
      const reached = distances.map((from) => from.get(node) ?? Number.POSITIVE_INFINITY);
      const nearest = Math.min(...reached);
      const isTie = reached.indexOf(nearest) !== reached.lastIndexOf(nearest);
      return [node, isTie ? null : values[reached.indexOf(nearest)]];
    }),
  );
}

function distancesFrom(start: Node, edges: Edges): ReadonlyMap<Node, number> {
  const distances = new Map([[start, 0]]);
  const queue = [start];
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    const distance = distances.get(node) as number;
    for (const [next, { isConfirmed }] of edges.get(node) ?? []) {
      const found = distance + (isConfirmed ? 0 : 1);
      if (!edges.has(next) || found >= (distances.get(next) ?? Number.POSITIVE_INFINITY)) continue;
      distances.set(next, found);
      if (isConfirmed) queue.unshift(next);
      else queue.push(next);
    }
  }
  return distances;
}
