import type { AnyEvent } from '@switchboard/events';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Source } from '../sources/sources.ts';
import { ANY_KEY } from './key-name.ts';
import { createSourceDrift, type SourceDrift } from './source-drift.ts';

type DriftSource = Pick<Source, 'name' | 'mapping'>;

/** Counts what the senders write that no mapping takes, and notices fields that stop coming. Keeps no values. */
export interface Drift {
  observe(source: DriftSource, event: AnyEvent): void;
  sources(): Iterable<readonly [name: string, drift: SourceDrift]>;
  /** The state of a source; undefined when there are too many. */
  of(source: string): SourceDrift | undefined;
}

interface Options {
  registry: Registry;
  /** The names of the configured sources. */
  sources(): Iterable<string>;
  now?(): number;
}

const MOST_SOURCES = 200;
/** The series of a source; further paths are counted as `*`. */
const MOST_SERIES = 50;

export function createDrift({ registry, sources, now = Date.now }: Options): Drift {
  const states = new Map<string, SourceDrift>();
  const series = new Map<string, ReturnType<typeof createSeries>>();
  const introduced = new Set<string>();
  const unmapped = new Counter({
    name: 'ingest_unmapped_fields_total',
    help: 'Fields of events that no mapping took, kept in meta.extra; estimated for busy sources',
    labelNames: ['source'],
    registers: [registry],
    collect() {
      // From 0 on, so that Prometheus sees the first increase.
      for (const source of sources()) {
        if (introduced.has(source)) continue;
        introduced.add(source);
        this.inc({ source }, 0);
      }
    },
  });
  new Counter({
    name: 'ingest_unmapped_path_total',
    help: 'Events with a field at a path that no mapping took; at most 50 paths of a source, others as *',
    labelNames: ['source', 'path'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [source, state] of states) {
        const read = series.get(source) ?? createSeries();
        series.set(source, read);
        for (const [path, events] of read(state)) this.inc({ source, path }, events);
      }
    },
  });
  new Gauge({
    name: 'ingest_field_missing',
    help: '1 for a field that the events of a source always had and do not have any more',
    labelNames: ['source', 'type', 'field'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [source, { types }] of states) {
        for (const [type, { presence }] of types) {
          for (const { field } of presence.missing()) this.set({ source, type, field }, 1);
        }
      }
    },
  });

  function stateOf(source: string): SourceDrift | undefined {
    const held = states.get(source);
    if (held !== undefined || states.size >= MOST_SOURCES) return held;
    const created = createSourceDrift();
    states.set(source, created);
    return created;
  }

  return {
    observe(source, event) {
      const fields = stateOf(source.name)?.observe(event, source, now()) ?? 0;
      if (fields > 0) unmapped.inc({ source: source.name }, fields);
    },
    sources: () => states,
    of: stateOf,
  };
}

/** How many events held each path of a source, whatever their type. A path keeps its series as long as it exists. */
function createSeries(): (drift: SourceDrift) => Map<string, number> {
  let shown = new Set<string>();
  return ({ types }) => {
    const series = new Map<string, number>();
    const paths = [...types.values()].flatMap(({ tree }) => [...tree.paths()]);
    const existing = new Set(paths.map(({ path }) => path));
    shown = new Set([...shown].filter((path) => existing.has(path)));
    for (const { path, events } of paths) {
      if (shown.size < MOST_SERIES - 1) shown.add(path);
      const name = shown.has(path) ? path : ANY_KEY;
      series.set(name, (series.get(name) ?? 0) + events);
    }
    return series;
  };
}
