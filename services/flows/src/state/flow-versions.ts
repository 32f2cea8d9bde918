import { PermanentError } from '@switchboard/consumer';
import type { EventType } from '@switchboard/events';
import type { Logger } from '@switchboard/service';
import type { Json } from '../context/variables.ts';
import type { Flow } from '../flow/flow.ts';
import { type Definitions, type Version, versionKey } from './definitions.ts';

/** The versions of one flow that take events of a type. */
export interface Taking {
  /** The version in the files, which opens instances; undefined when the files no longer have the flow. */
  readonly current: Flow | undefined;
  /** Versions that finish the instances they opened, oldest first. */
  readonly older: readonly Flow[];
}

export interface FlowVersions {
  taking(type: EventType): readonly Taking[];
  /** @throws when neither the files nor the database have it */
  find(version: Version): Promise<Flow>;
  /** Keeps the definition in the database before its first use. @throws when another definition has its version */
  keep(flow: Flow): Promise<void>;
  /** Finds out which older versions are needed. */
  refresh(): Promise<void>;
}

interface Options {
  /** The flows in the files; the same array until they change. */
  current(): readonly Flow[];
  definitions: Definitions;
  compile(definition: Json): Flow;
  logger: Logger;
}

export function createFlowVersions({ current, definitions, compile, logger }: Options): FlowVersions {
  let older: ReadonlyMap<string, Flow> = new Map();
  const kept = new Map<string, Promise<void>>();
  let index: { readonly of: readonly Flow[]; readonly older: unknown; readonly byType: Map<EventType, Taking[]> };

  function byType(): Map<EventType, Taking[]> {
    const flows = current();
    if (index?.of === flows && index.older === older) return index.byType;
    const names = new Set([...flows, ...older.values()].map(({ name }) => name));
    const found = new Map<EventType, Taking[]>();
    for (const name of names) {
      const newest = flows.find((flow) => flow.name === name);
      const others = [...older.values()]
        .filter((flow) => flow.name === name && flow.version !== newest?.version)
        .sort((one, other) => one.version - other.version);
      const versions = newest === undefined ? others : [...others, newest];
      for (const type of new Set(versions.flatMap(({ slots }) => slots.map((slot) => slot.type)))) {
        const takes = (flow: Flow): boolean => flow.slots.some((slot) => slot.type === type);
        const taking = {
          current: newest !== undefined && takes(newest) ? newest : undefined,
          older: others.filter(takes),
        };
        found.set(type, [...(found.get(type) ?? []), taking]);
      }
    }
    index = { of: flows, older, byType: found };
    return found;
  }

  const fromFiles = ({ flow, version }: Version): Flow | undefined =>
    current().find((one) => one.name === flow && one.version === version);

  async function find(wanted: Version): Promise<Flow> {
    const id = versionKey(wanted);
    const known = fromFiles(wanted) ?? older.get(id);
    if (known !== undefined) return known;
    const stored = await definitions.read(wanted.flow, wanted.version);
    if (stored === undefined) throw new PermanentError('UNKNOWN_FLOW', `No definition of ${id} is known`);
    const flow = compile(stored.definition);
    older = new Map([...older, [id, flow]]);
    return flow;
  }

  async function keepOnce(flow: Flow): Promise<void> {
    const hash = await definitions.keep(flow);
    if (hash === flow.hash) return;
    throw new Error(
      `Version ${flow.version} of the flow ${flow.name} is in use with another definition: raise its version`,
    );
  }

  return {
    taking: (type) => byType().get(type) ?? [],
    find,
    keep(flow) {
      const id = `${flow.name}:${flow.hash}`;
      const known = kept.get(id);
      if (known !== undefined) return known;
      const keeping = keepOnce(flow).catch((error) => {
        kept.delete(id);
        throw error;
      });
      kept.set(id, keeping);
      return keeping;
    },
    async refresh() {
      const inUse = current().map(({ name, version }) => ({ flow: name, version }));
      const needed = new Map<string, Flow>();
      for (const version of await definitions.active(inUse)) {
        if (fromFiles(version) !== undefined) continue;
        const known = older.get(versionKey(version));
        try {
          needed.set(versionKey(version), known ?? (await find(version)));
        } catch (error) {
          logger.error({ ...version, err: error }, 'cannot compile the definition of running instances');
        }
      }
      const isSame = needed.size === older.size && [...needed.keys()].every((id) => older.has(id));
      if (!isSame) older = needed;
    },
  };
}
