import type { Redis } from 'ioredis';
import { createConflicts } from './conflicts.ts';
import { type Identifier, identifierOf, type Node, nodeOf } from './identifier.ts';
import { PEOPLE_SCRIPT } from './people-script.ts';
import { type Component, type Edge, personOf, type Resolution, resolve } from './resolve.ts';

/** Who is who: the identifiers of people in each tenant, learned from events that name two of them. */
export interface People {
  /** Links the identifiers that one event gives one person with each other, and resolves what they are linked with. */
  learn(tenant: string, identifiers: readonly Identifier[], at: number): Promise<Resolution>;
  find(tenant: string, identifier: Identifier): Promise<Found>;
  /** The chat user of a person with these identifiers; undefined if there is none, or more than one. */
  userOf(tenant: string, identifiers: readonly Identifier[]): Promise<string | undefined>;
  /** Keeps what an operator has decided about a link: later events do not change it. */
  decide(tenant: string, link: readonly [Identifier, Identifier], decision: Decision, at: number): Promise<void>;
  /** Forgets the person's links and decisions; later events may link the identifiers again. @returns what is forgotten */
  erase(tenant: string, identifier: Identifier): Promise<readonly Identifier[]>;
  /** The newest ones, each from the view of its first identifier. */
  conflicts(tenant: string, limit: number): Promise<Found[]>;
  /** The number of conflicts of all tenants. */
  countConflicts(): Promise<number>;
}

export type Decision = 'confirmed' | 'removed';

export interface Found extends Resolution {
  /** The identifier and the others of the same person. */
  readonly person: readonly Identifier[];
  readonly links: readonly Link[];
}

export interface Link extends Edge {
  readonly between: readonly [Identifier, Identifier];
}

interface Options {
  readonly redis: Redis;
  /** Of the keys in Redis, the same for all services that ask who is who. */
  readonly prefix: string;
}

/** No person has more. An identifier with more links belongs to several people: the phone of an office. */
const MOST_LINKS = 20;
const MOST_IDENTIFIERS = 50;
/** What no event has named for two years is forgotten. */
const KEEP_SECONDS = 730 * 86_400;
const DAY = 86_400_000;

interface Walked {
  readonly component: Component;
  readonly shared: readonly Node[];
}

export function createPeople({ redis, prefix }: Options): People {
  redis.defineCommand('switchboardPeople', { numberOfKeys: 0, lua: PEOPLE_SCRIPT });
  const script = redis as Redis & { switchboardPeople(prefix: string, op: string, args: string): Promise<unknown> };
  const prefixOf = (tenant: string): string => `${prefix}:${encodeURIComponent(tenant)}`;
  const conflicts = createConflicts(redis, prefix, prefixOf);

  async function run(tenant: string, op: string, nodes: readonly Node[], args: object = {}): Promise<Walked> {
    const limits = { links: MOST_LINKS, most: MOST_IDENTIFIERS, keep: KEEP_SECONDS };
    const reply = await script.switchboardPeople(prefixOf(tenant), op, JSON.stringify({ ...limits, ...args, nodes }));
    return readReply(reply as Reply);
  }

  /** Lists the component with the conflicts if it has one. */
  async function note(tenant: string, { component, shared }: Walked, resolution: Resolution, at: number) {
    const [first, ...others] = [...component.edges.keys()].sort();
    if (first !== undefined && resolution.conflicts.length > 0) await conflicts.note(tenant, first, others, at);
    for (const node of shared) await conflicts.note(tenant, node, [], at);
  }

  async function walkFrom(tenant: string, node: Node): Promise<Walked & { resolution: Resolution }> {
    const walked = await run(tenant, 'walk', [node]);
    return { ...walked, resolution: resolved(walked) };
  }

  /** After an operator's change: lists the components that the identifiers are in now. */
  async function listAgain(tenant: string, before: readonly Node[], nodes: readonly Node[], at: number) {
    await conflicts.clear(tenant, before);
    for (const node of nodes) {
      const walked = await walkFrom(tenant, node);
      await note(tenant, walked, walked.resolution, at);
    }
  }

  async function find(tenant: string, identifier: Identifier): Promise<Found> {
    const { component, resolution } = await walkFrom(tenant, nodeOf(identifier));
    return { ...resolution, person: personOf(resolution, identifier), links: linksOf(component) };
  }

  return {
    find,

    async userOf(tenant, identifiers) {
      const found = await Promise.all(identifiers.map((identifier) => find(tenant, identifier)));
      const users = found.flatMap(({ person }) => person.filter(({ kind }) => kind === 'user'));
      const [user, ...others] = new Set(users.map(({ value }) => value));
      return others.length === 0 ? user : undefined;
    },

    async learn(tenant, identifiers, at) {
      const nodes = [...new Set(identifiers.map(nodeOf))];
      const walked = await run(tenant, 'learn', nodes, { at: at - (at % DAY) });
      const resolution = resolved(walked);
      await note(tenant, walked, resolution, at);
      return resolution;
    },

    async decide(tenant, link, decision, at) {
      const nodes = link.map(nodeOf);
      const before = await run(tenant, 'walk', nodes);
      const state = decision === 'confirmed' ? 'c' : 'r';
      await run(tenant, 'learn', nodes, { at: at - (at % DAY), state });
      await listAgain(tenant, [...before.component.edges.keys(), ...nodes], nodes, at);
    },

    async erase(tenant, identifier) {
      const { component, resolution } = await walkFrom(tenant, nodeOf(identifier));
      const person = personOf(resolution, identifier);
      const nodes = person.map(nodeOf);
      const others = [...component.edges.keys()].filter((node) => !nodes.includes(node));
      await run(tenant, 'erase', nodes);
      await listAgain(tenant, [...nodes, ...others], others, Date.now());
      return person;
    },

    async conflicts(tenant, limit) {
      const listed = new Map<Node, Found>();
      const stale: Node[] = [];
      for (const node of await conflicts.list(tenant, limit)) {
        const found = await find(tenant, identifierOf(node));
        const [first = node] = [...found.people.flat(), ...found.unassigned].map(nodeOf).sort();
        if (found.conflicts.length === 0 || listed.has(first)) stale.push(node);
        else listed.set(first, found);
      }
      await conflicts.clear(tenant, stale);
      return [...listed.values()];
    },

    countConflicts: conflicts.count,
  };
}

type Reply = readonly [isTooLarge: number, found: readonly [node: Node, links: readonly string[]][], shared: Node[]];

function readReply([isTooLarge, found, shared]: Reply): Walked {
  const edges = new Map(
    found.map(([node, fields]) => {
      const links = new Map<Node, Edge>();
      for (let index = 0; index < fields.length; index += 2) {
        const [other = '', held = ''] = fields.slice(index, index + 2);
        links.set(other, { isConfirmed: held.startsWith('c'), lastSeen: Number(held.slice(1)) });
      }
      return [node, links] as const;
    }),
  );
  return { component: { edges, isTooLarge: isTooLarge === 1 }, shared };
}

/** Shared identifiers belong to nobody; what they were seen with does not become one person by them. */
function resolved({ component, shared }: Walked): Resolution {
  const resolution = resolve(component);
  if (shared.length === 0) return resolution;
  return {
    people: resolution.people,
    unassigned: [...resolution.unassigned, ...shared.map(identifierOf)],
    conflicts: [...resolution.conflicts, { reason: 'too_many_links' }],
  };
}

const linksOf = ({ edges }: Component): Link[] =>
  [...edges].flatMap(([node, links]) =>
    [...links].flatMap(([other, edge]) =>
      node < other ? [{ between: [identifierOf(node), identifierOf(other)] as const, ...edge }] : [],
    ),
  );
