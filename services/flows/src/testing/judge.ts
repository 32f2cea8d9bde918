import { isDeepStrictEqual } from 'node:util';
import type { VariableChange } from '../context/variables.ts';
import { durationText, readDuration } from '../flow/file/duration.ts';
import type { Effect } from '../flow/flow.ts';
import type { Simulated } from './simulation.ts';
import { type Expected, type ExpectedEffect, START } from './test-file.ts';

/** A part that is not as expected: both sides, line by line. */
export interface Difference {
  readonly part: 'effects' | 'variables' | 'waiting';
  readonly lines: readonly { readonly expected: string | undefined; readonly actual: string | undefined }[];
}

/** What differs from the expectation, which only speaks of what it names. */
export function judge(simulated: Simulated, expected: Expected): Difference[] {
  const differences: Difference[] = [];
  const compare = (part: Difference['part'], wanted: readonly unknown[], actual: readonly unknown[]): void => {
    if (isDeepStrictEqual(wanted, actual)) return;
    const length = Math.max(wanted.length, actual.length);
    const lines = Array.from({ length }, (_, index) => ({
      expected: index < wanted.length ? JSON.stringify(wanted[index]) : undefined,
      actual: index < actual.length ? JSON.stringify(actual[index]) : undefined,
    }));
    differences.push({ part, lines });
  };
  if (expected.effects !== undefined) {
    const actual = simulated.effects.map((one, index) => seenAs(expected.effects?.[index], one));
    compare('effects', expected.effects.map(normal), actual);
  }
  if (expected.variables !== undefined) compareVariables(expected.variables, simulated.variables, compare);
  if (expected.waiting !== undefined) {
    const waiting = simulated.waiting.map(({ flow, key }) => `${flow.name} ${key}`);
    compare('waiting', [...expected.waiting].sort(), waiting.sort());
  }
  return differences;
}

function compareVariables(
  expected: NonNullable<Expected['variables']>,
  changes: readonly VariableChange[],
  compare: (part: 'variables', wanted: readonly unknown[], actual: readonly unknown[]) => void,
): void {
  const rows = Object.entries(expected).flatMap(([owner, variables]) =>
    Object.entries(variables).map(([name, wanted]) => {
      const change = changes.find((one) => `${one.scope} ${one.id}` === owner && one.name === name);
      return { wanted: { [`${owner} ${name}`]: wanted }, actual: { [`${owner} ${name}`]: change?.value ?? null } };
    }),
  );
  compare(
    'variables',
    rows.map(({ wanted }) => wanted),
    rows.map(({ actual }) => actual),
  );
}

const trimmed = (value: unknown): unknown => (typeof value === 'string' ? value.trim() : value);

/** The short form of an effect's name or text is all that is compared. */
function normal({ at, flow, ...effect }: ExpectedEffect): object {
  const time = readDuration(at);
  const parts = Object.entries(effect).map(([kind, held]) => [
    kind,
    typeof held === 'object' ? trimmedParts(held) : trimmed(held),
  ]);
  return {
    ...(time === undefined ? {} : { at: durationText(time) }),
    ...(flow && { flow }),
    ...Object.fromEntries(parts),
  };
}

function trimmedParts(parts: object): object {
  return Object.fromEntries(
    Object.entries(parts).map(([name, held]) => [
      name,
      name === 'texts' && typeof held === 'object' && held !== null ? trimmedParts(held) : trimmed(held),
    ]),
  );
}

/** The effect as far as the expectation speaks of it. */
function seenAs(expected: ExpectedEffect = {}, { at, flow, effect }: Simulated['effects'][number]): object {
  const wanted = expected[effect.kind];
  const parts = partsOf(effect);
  return {
    ...(expected.at === undefined ? {} : { at: durationText(at - START) }),
    ...(expected.flow === undefined ? {} : { flow }),
    [effect.kind]: typeof wanted === 'object' ? pickLike(wanted, parts) : shortOf(effect),
  };
}

function pickLike(wanted: object, parts: object): object {
  return Object.fromEntries(
    Object.entries(wanted).map(([name, held]) => {
      const actual = (parts as Record<string, unknown>)[name];
      const isTable = typeof held === 'object' && held !== null && !Array.isArray(held);
      const isComparable = typeof actual === 'object' && actual !== null && !Array.isArray(actual);
      return [name, isTable && isComparable ? pickLike(held, actual) : (actual ?? null)];
    }),
  );
}

export function shortOf(effect: Effect): string {
  switch (effect.kind) {
    case 'message':
      return Object.values(effect.texts)[0] ?? '';
    case 'node':
      return effect.node;
    case 'action':
      return effect.action;
    case 'event':
      return effect.type;
  }
}

function partsOf(effect: Effect): object {
  if (effect.kind === 'event') return { type: effect.type, fields: effect.fields };
  const who = { user: effect.userId, conversation: effect.conversationId };
  if (effect.kind === 'node') return { ...who, name: effect.node, variables: effect.variables };
  if (effect.kind === 'action') return { ...who, name: effect.action, input: effect.input, for: effect.actsFor };
  const { title, texts, solicited, urgent } = effect;
  return { ...who, title, text: shortOf(effect), texts, solicited, urgent };
}
