import { type EventType, isPublicEventType, type Problem, publicEventTypes } from '@switchboard/events';
import { Budget } from '@switchboard/expressions';
import { type Compiling, compilePlace, type Keys, type Values } from './compiling.ts';
import { type FieldPlan, type FieldTable, planFields } from './field-plan.ts';
import { compileIgnored } from './ignored-paths.ts';
import { anything, lookUp } from './look-up.ts';
import type { CompiledMapping, Item, MappedEvent, MappedItem } from './mapped-item.ts';
import type { Mapping } from './mapping.ts';
import { MappingError } from './mapping-error.ts';
import { compileNames } from './meanings.ts';
import { applyRule, compileRule, isMet, type Rule } from './rules.ts';
import { applyShape, compileShape, type Named, shapeOf } from './shapes.ts';

export interface CompileMappingOptions {
  /** The headers that expressions may read, in lower case. Default: any. */
  readonly headers?: readonly string[] | undefined;
}

/** @throws MappingError naming every problem at once. */
export function compileMapping(mapping: Mapping, { headers }: CompileMappingOptions = {}): CompiledMapping {
  const layers = layersOf(mapping, []);
  const budget = new Budget();
  const compiling: Compiling = {
    variables: ['body', 'headers'],
    anySpelling: layers.some(({ layer }) => layer.spellings === 'any'),
    headers,
    headersRead: new Set(),
    budget,
    problems: [],
  };
  const hasShapes = layers.some(({ layer }) => layer.shapes !== undefined);
  const tablesOf = (type: EventType): FieldTable[] =>
    layers.flatMap(({ layer, at }) => {
      const fields = layer.fields?.[type];
      return fields === undefined ? [] : [{ fields, at: [...at, 'fields', type] }];
    });
  const ruleTables = hasShapes ? () => [] : tablesOf;
  const groups = layers.map(({ layer, at }) =>
    (layer.events ?? []).flatMap((rule, index) => {
      return compileRule(rule, [...at, 'events', index], ruleTables, compiling) ?? [];
    }),
  );
  const shapes = layers.flatMap(({ layer, at }) =>
    (layer.shapes ?? []).map((shape, index) => compileShape(shape, [...at, 'shapes', index], compiling)),
  );
  const inData: Compiling = { ...compiling, variables: ['data', 'body', 'headers'] };
  const names = compileNames(
    layers.map(({ layer, at }) => ({ names: layer.names, at: [...at, 'names'] })),
    inData,
  );
  const plans = hasShapes ? plansOf(tablesOf, inData) : new Map<EventType, FieldPlan>();
  const made = hasShapes ? undefined : new Set(groups.flat().map(({ type }) => type));
  for (const { layer, at } of layers) checkRest(layer, at, made, compiling);
  const called = layers.flatMap(({ layer, at }) => compilePlace(layer.called, [...at, 'called'], compiling));
  const ignored = compileIgnored(layers, hasShapes ? inData : compiling);
  if (compiling.problems.length > 0) throw new MappingError(compiling.problems);

  const named: Named = { names, planOf: (type) => plans.get(type) };
  return {
    ignored,
    headersRead: [...compiling.headersRead],
    fieldsAt: hasShapes ? 'data' : 'body',
    map({ body, headers: sent }: Item): MappedItem {
      budget.refill();
      const values: Values = { body, headers: sent };
      const problems: Problem[] = [];
      for (const group of groups) {
        const events = applyRules(group, values, problems);
        if (problems.length > 0) return { kind: 'failed', problems };
        if (events.length > 0) return { kind: 'events', events };
      }
      if (!hasShapes) return nothing(lookUp(called, values, anything, [])?.value);
      const shape = shapeOf(shapes, values, problems);
      if (problems.length > 0) return { kind: 'failed', problems };
      return shape === undefined ? { kind: 'unknown_shape' } : applyShape(shape, values, named, problems);
    },
  };
}

const nothing = (called: unknown): MappedItem => ({
  kind: 'events',
  events: [],
  ...(typeof called === 'string' && { called }),
});

interface Layer {
  readonly layer: Mapping;
  readonly at: Keys;
}

const layersOf = (layer: Mapping, at: Keys): Layer[] => [
  { layer, at },
  ...(layer.base === undefined ? [] : layersOf(layer.base, [...at, 'base'])),
];

function plansOf(tablesOf: (type: EventType) => FieldTable[], compiling: Compiling): Map<EventType, FieldPlan> {
  const plans = new Map<EventType, FieldPlan>();
  for (const type of publicEventTypes) {
    const tables = tablesOf(type);
    if (tables.length > 0) plans.set(type, planFields(type, tables, compiling));
  }
  return plans;
}

function applyRules(rules: readonly Rule[], values: Values, problems: Problem[]): MappedEvent[] {
  const events: MappedEvent[] = [];
  for (const rule of rules) {
    if (!isMet(rule.when, values, `${rule.path}.when`, problems)) continue;
    const event = applyRule(rule, values, problems);
    events.push(events.length === 0 ? event : { ...event, id: numbered(event.id, events.length) });
  }
  return events;
}

/** Several events of one item need ids of their own. */
const numbered = (id: unknown, index: number): unknown =>
  typeof id === 'string' || typeof id === 'number' ? `${id}#${index}` : id;

/** @param made the types of the rules; undefined when shapes can name any type */
function checkRest({ fields }: Mapping, at: Keys, made: Set<EventType> | undefined, compiling: Compiling): void {
  const complain = (type: string, message: string): void => {
    compiling.problems.push({ at: [...at, 'fields', type], message });
  };
  for (const type of Object.keys(fields ?? {})) {
    if (!isPublicEventType(type)) complain(type, 'is not an event type of the catalogue');
    else if (made?.has(type) === false) complain(type, 'has no rule in events that makes it; add one');
  }
}
