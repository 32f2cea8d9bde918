import { catalogue, type EventType, readFields } from '@switchboard/events';
import type { DefinitionProblem, Keys } from '@switchboard/expressions/definition';
import type { Json, VariableChange } from '../../context/variables.ts';
import type { MessageDefinition, StepDefinition, Table, VariableDefinition } from '../definition.ts';
import type { Effect } from '../flow.ts';
import { FlowError } from '../flow-error.ts';
import { LIMITS } from '../limits.ts';
import { type Compiled, type Compiling, compile, pathText, type Scope, type Values } from './expressions.ts';
import { type FieldKind, kindOf, typeOf } from './field-kinds.ts';
import { compileId, idOf } from './places.ts';
import { suggestion } from './suggestion.ts';
import { compileText } from './texts.ts';

/** What a branch of a flow is making. */
export interface Making {
  readonly values: Values;
  readonly tenant: string;
  readonly userId: string | undefined;
  readonly conversationId: string | undefined;
  readonly eventTime: number;
  readonly eventId: string;
  readonly hops: number;
  readonly changes: VariableChange[];
  readonly effects: Effect[];
  readonly skipped: string[];
}

export interface CompiledStep {
  /** What it reads. */
  readonly reads: readonly Compiled[];
  /** @throws FlowError */
  run(making: Making): void;
}

const NOTHING: CompiledStep = { reads: [], run: () => undefined };

export function compileStep(step: StepDefinition, at: Keys, scope: Scope, compiling: Compiling): CompiledStep {
  if ('set' in step) return compileSet(step.set, [...at, 'set'], scope, compiling);
  if ('message' in step) return compileMessage(step.message, [...at, 'message'], scope, compiling);
  if ('event' in step) return compileEvent(step.event, [...at, 'event'], scope, compiling);
  if ('node' in step) {
    const { name, variables } = step.node;
    const table = compileTable(variables, [...at, 'node', 'variables'], scope, compiling);
    return {
      reads: table.reads,
      run({ values, userId, conversationId, effects, skipped }) {
        if (userId === undefined && conversationId === undefined) {
          skipped.push(`node ${name}: no user and no conversation`);
        } else effects.push({ kind: 'node', node: name, userId, conversationId, variables: table.evaluate(values) });
      },
    };
  }
  return compileAction(step.action, [...at, 'action'], scope, compiling);
}

function compileAction(
  { name, input, for: actsFor }: Extract<StepDefinition, { action: unknown }>['action'],
  at: Keys,
  scope: Scope,
  compiling: Compiling,
): CompiledStep {
  const table = compileTable(input, [...at, 'input'], scope, compiling);
  const person = Object.entries(actsFor ?? {}).flatMap(([part, text]) => {
    const place = [...at, 'for', part];
    const id = compileId(text, place, scope, compiling);
    return id === undefined ? [] : [{ part, id, path: `${compiling.flow}.${pathText(place)}` }];
  });
  return {
    reads: [...table.reads, ...person.map(({ id }) => id)],
    run({ values, userId, conversationId, effects, skipped }) {
      const parts = person.map(({ part, id, path }) => [part, idOf(id.evaluate(values), path, LONGEST_NAME)] as const);
      // Half of a person may be somebody else.
      if (parts.some(([, id]) => id === undefined)) {
        skipped.push(`action ${name}: nobody to act for`);
        return;
      }
      const named = actsFor === undefined ? undefined : (Object.fromEntries(parts) as { [part: string]: string });
      effects.push({
        kind: 'action',
        action: name,
        userId,
        conversationId,
        actsFor: named,
        input: table.evaluate(values),
      });
    },
  };
}

/** Of an e-mail address or user id, as actions take it. */
const LONGEST_NAME = 254;

function compileTable(table: Table, at: Keys, scope: Scope, compiling: Compiling) {
  const compiled = Object.entries(table).flatMap(([name, text]) => {
    const expression = compile(text, [...at, name], scope, compiling);
    return expression === undefined ? [] : [[name, expression] as const];
  });
  return {
    compiled,
    reads: compiled.map(([, expression]) => expression),
    /** Without the names whose expressions have no value. */
    evaluate(values: Values): { readonly [name: string]: Json } {
      const result: Record<string, Json> = {};
      for (const [name, expression] of compiled) {
        const value = expression.evaluate(values);
        if (value !== undefined) result[name] = value;
      }
      return result;
    },
  };
}

function compileSet(set: readonly VariableDefinition[], at: Keys, scope: Scope, compiling: Compiling): CompiledStep {
  const variables = set.flatMap(({ scope: owner, name, value, ttlMs }, index) => {
    const place = [...at, index, 'value'];
    const expression = value === null ? null : compile(value, place, scope, compiling);
    return expression === undefined ? [] : [{ owner, name, expression, ttlMs, path: pathText(place) }];
  });
  return {
    reads: variables.flatMap(({ expression }) => expression ?? []),
    run({ values, tenant, userId, conversationId, eventTime, eventId, changes, skipped }) {
      for (const { owner, name, expression, ttlMs, path } of variables) {
        const id = owner === 'user' ? userId : conversationId;
        if (id === undefined) {
          skipped.push(`set ${owner}.${name}: no ${owner}`);
          continue;
        }
        const value = expression === null ? null : expression.evaluate(values);
        // What the event does not say changes nothing; null removes.
        if (value === undefined) continue;
        if (value !== null && Buffer.byteLength(JSON.stringify(value)) > LIMITS.valueBytes) {
          const message = `must have at most ${LIMITS.valueBytes} bytes as JSON`;
          throw new FlowError('FAILED', [{ path: `${compiling.flow}.${path}`, message }]);
        }
        const from = owner === 'conversation' && userId !== undefined ? { userId } : {};
        changes.push({ tenant, scope: owner, id, name, value: value ?? undefined, eventTime, eventId, ttlMs, ...from });
      }
    },
  };
}

function compileMessage(message: MessageDefinition, at: Keys, scope: Scope, compiling: Compiling): CompiledStep {
  const isDefault = ([locale]: readonly [string, string]): number => (locale === message.defaultLocale ? 0 : 1);
  const entries = Object.entries(message.texts).sort((a, b) => isDefault(a) - isDefault(b) || (a[0] < b[0] ? -1 : 1));
  const texts = entries.flatMap(([locale, text]) => {
    const compiled = compileText(text, locale, [...at, 'texts', locale], scope, compiling);
    return compiled === undefined ? [] : [[locale, compiled] as const];
  });
  const title =
    message.title === undefined
      ? undefined
      : compileText(message.title, message.defaultLocale, [...at, 'title'], scope, compiling);
  const { solicited, urgent, expiresAfterMs } = message;
  return {
    reads: [...texts.flatMap(([, { placeholders }]) => placeholders), ...(title?.placeholders ?? [])],
    run({ values, userId, conversationId, effects, skipped }) {
      if (userId === undefined) {
        skipped.push('message: no user');
        return;
      }
      const rendered = texts.map(([locale, text]) => [locale, text.render(values)] as const);
      // Values can be blank. Other locales fall back to the default one.
      if (rendered[0]?.[1] === '') {
        skipped.push('message: no text');
        return;
      }
      effects.push({
        kind: 'message',
        userId,
        conversationId,
        title: title?.render(values) || undefined,
        texts: Object.fromEntries(rendered.filter(([, text]) => text !== '')),
        solicited,
        urgent,
        expiresAfterMs,
      });
    },
  };
}

function compileEvent(
  { type, fields }: { readonly type: EventType; readonly fields: Table },
  at: Keys,
  scope: Scope,
  compiling: Compiling,
): CompiledStep {
  const before = compiling.problems.length;
  const table = compileTable(fields, [...at, 'fields'], scope, compiling);
  checkFields(type, table.compiled, Object.keys(fields), at, compiling.problems);
  if (compiling.problems.length > before) return NOTHING;
  const path = `${compiling.flow}.${pathText(at)}`;
  return {
    reads: table.reads,
    run({ values, hops, effects }) {
      const read = readFields(type, table.evaluate(values));
      if (!read.ok) {
        const problems = read.problems.map((problem) => ({ ...problem, path: `${path}.fields.${problem.path}` }));
        throw new FlowError('FAILED', problems);
      }
      effects.push({ kind: 'event', type, fields: read.fields as unknown as { [name: string]: Json }, hops: hops + 1 });
    },
  };
}

function checkFields(
  type: EventType,
  compiled: readonly (readonly [string, Compiled])[],
  given: readonly string[],
  at: Keys,
  problems: DefinitionProblem[],
): void {
  const { fields } = kindOf(type);
  const names = [...fields.keys()].filter((name) => name !== 'meta');
  for (const name of given) {
    if (names.includes(name)) continue;
    problems.push({ at: [...at, 'fields', name], message: `${type} has no field ${name}${suggestion(name, names)}` });
  }
  for (const [name, { type: computed }] of compiled) {
    const kind = fields.get(name);
    if (kind === undefined || fits(kind, computed)) continue;
    problems.push({ at: [...at, 'fields', name], message: `is ${computed}, but ${type}.${name} is ${typeOf(kind)}` });
  }
  const { schema, keyFields } = catalogue[type];
  const needed = schema.fields.filter(({ name, default: held }) => held === undefined && name !== 'meta');
  for (const { name } of needed) {
    if (!given.includes(name)) problems.push({ at, message: `needs the field ${name}, which every ${type} has` });
  }
  if (needed.length === 0 && !keyFields.some((name) => given.includes(name))) {
    problems.push({ at, message: `needs ${keyFields.length > 1 ? 'one of ' : ''}${keyFields.join(', ')}` });
  }
}

/** Whether a field may hold what an expression of this CEL type computes. */
function fits(kind: FieldKind, type: string): boolean {
  if (type === 'dyn' || type === 'null') return true;
  if (kind.kind === 'list') return type.startsWith('list');
  if (kind.kind === 'map' || kind.kind === 'record') return !/^(string|int|double|bool|list)/.test(type);
  if (kind.kind === 'double') return type === 'double' || type === 'int';
  return type === typeOf(kind);
}
