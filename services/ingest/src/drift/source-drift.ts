import type { AnyEvent, EventType } from '@switchboard/events';
import type { Source } from '../sources/sources.ts';
import { createFieldPresence, type FieldPresence } from './field-presence.ts';
import { createPathTree, type PathTree } from './path-tree.ts';
import { createSampling, type Sampling } from './sampling.ts';

/** What is known about the events of one type. */
export interface TypeDrift {
  readonly tree: PathTree;
  readonly presence: FieldPresence;
}

/** What the events of one source held that no mapping takes, and which fields they always have. */
export interface SourceDrift {
  readonly types: ReadonlyMap<EventType, TypeDrift>;
  /** Where the unmapped fields stand, as a mapping calls it. */
  readonly root: 'body' | 'data';
  /** @returns the unmapped fields that were counted */
  observe(event: AnyEvent, source: Pick<Source, 'mapping'>, now: number): number;
  /** The state of a type, created where there is none yet. */
  of(type: EventType): TypeDrift;
}

const MOST_PATHS = 200;

export function createSourceDrift(): SourceDrift {
  const types = new Map<EventType, { tree: PathTree; presence: FieldPresence; sampling: Sampling }>();
  let ignore: readonly string[] = [];
  let ignored: ReadonlySet<string> = new Set();
  let root: 'body' | 'data' = 'data';

  const plant = (): PathTree => createPathTree({ mostPaths: MOST_PATHS, isIgnored: (path) => ignored.has(path) });

  function of(type: EventType) {
    let drift = types.get(type);
    if (drift === undefined) {
      drift = { tree: plant(), presence: createFieldPresence(type), sampling: createSampling() };
      types.set(type, drift);
    }
    return drift;
  }

  /** Restarts the counts when the ignored paths change. */
  function follow({ mapping }: Pick<Source, 'mapping'>): void {
    const { ignored: wanted, fieldsAt } = mapping;
    root = fieldsAt;
    if (wanted === ignore) return;
    const isSame = wanted.length === ignore.length && wanted.every((path, index) => path === ignore[index]);
    ignore = wanted;
    if (isSame) return;
    ignored = new Set(wanted);
    for (const drift of types.values()) drift.tree = plant();
  }

  return {
    types,
    of,
    get root() {
      return root;
    },
    observe(event, source, now) {
      follow(source);
      const { type, extra } = event.meta;
      const { tree, presence, sampling } = of(type as EventType);
      presence.observe(event, now);
      if (extra === null) return 0;
      const weight = sampling(extra.length, now);
      return weight === 0 ? 0 : weight * tree.observe(JSON.parse(extra), weight, now);
    },
  };
}
