import type { EventType } from '@switchboard/events';
import type { Keys } from '@switchboard/expressions/definition';
import { suggestion } from '../compile/suggestion.ts';
import type { MessageDefinition, StepDefinition, Table, VariableDefinition } from '../definition.ts';
import { DEFAULT_EXPIRES_MS } from '../limits.ts';
import { readDuration } from './duration.ts';
import { unusable } from './event-types.ts';
import type { FlowFile } from './flow-file.ts';
import type { Normalising } from './normal-form.ts';
import type { RawMessage, RawSet, RawStep, RawTexts, RawValues } from './raw-flow.ts';

/** The texts that flows name, of all files. */
export type Messages = ReadonlyMap<string, { readonly file: FlowFile; readonly texts: RawTexts }>;

/** The steps of a branch; `set` of the flow itself comes first. */
export function normalSteps(
  written: RawStep | readonly RawStep[],
  set: RawSet | undefined,
  end: 'then' | 'otherwise',
  flow: Normalising,
): StepDefinition[] {
  const { origins, file, at } = flow;
  const steps: StepDefinition[] = [];
  if (set !== undefined) steps.push({ set: normalSet(set, [end, 0, 'set'], [...at, 'set'], flow) });
  const isList = Array.isArray(written);
  for (const [index, step] of (isList ? written : [written as RawStep]).entries()) {
    const to = [end, steps.length];
    const place = isList ? [...at, end, index] : [...at, end];
    origins.add(to, file, place);
    steps.push(normalStep(step, to, place, flow));
  }
  return steps;
}

function normalStep(step: RawStep, to: Keys, place: Keys, flow: Normalising): StepDefinition {
  const { message, node, action, event, set } = step;
  if (message !== undefined) return { message: normalMessage(message, to, place, flow) };
  if (set !== undefined) return { set: normalSet(set, [...to, 'set'], [...place, 'set'], flow) };
  if (node !== undefined) {
    const { name, variables = {} } = typeof node === 'string' ? { name: node } : node;
    return { node: { name, variables: table(variables) } };
  }
  if (action !== undefined) {
    const { name, input = {}, for: actsFor } = typeof action === 'string' ? { name: action } : action;
    return { action: { name, input: table(input), ...(actsFor === undefined ? {} : { for: table(actsFor) }) } };
  }
  const { type = '', fields = {} } = event ?? {};
  const complaint = unusable(type);
  if (complaint !== undefined) flow.problems.push({ at: [...place, 'event', 'type'], message: complaint });
  return { event: { type: type as EventType, fields: table(fields) } };
}

export const lacksDefault = (locale: string): string =>
  `needs a text for ${locale}, which people get whose language has none`;

const table = (values: RawValues): Table =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));

function normalSet(set: RawSet, to: Keys, written: Keys, { origins, file }: Normalising): VariableDefinition[] {
  return Object.entries(set).map(([variable, held], index) => {
    const [scope, name = ''] = variable.split('.') as ['user' | 'conversation', string];
    const isLong = typeof held === 'object' && held !== null;
    const value = isLong ? held.value : held;
    const ttlMs = isLong ? readDuration(held.ttl) : undefined;
    origins.add([...to, index], file, [...written, variable]);
    if (!isLong) origins.add([...to, index, 'value'], file, [...written, variable]);
    return { scope, name, value: value === null ? null : String(value), ...(ttlMs === undefined ? {} : { ttlMs }) };
  });
}

function normalMessage(message: string | RawMessage, to: Keys, place: Keys, flow: Normalising): MessageDefinition {
  const { origins, file } = flow;
  const {
    text,
    title,
    solicited = false,
    urgent = false,
    expires,
  } = typeof message === 'string' ? { text: message } : (message as RawMessage);
  const textAt = typeof message === 'string' ? [...place, 'message'] : [...place, 'message', 'text'];
  origins.add([...to, 'message'], file, [...place, 'message']);
  origins.add([...to, 'message', 'texts'], file, textAt);
  return {
    defaultLocale: flow.defaultLocale,
    texts: textsOf(text, [...to, 'message', 'texts'], textAt, flow),
    ...(title === undefined ? {} : { title }),
    solicited,
    urgent,
    expiresAfterMs: readDuration(expires) ?? DEFAULT_EXPIRES_MS,
  };
}

function textsOf(
  text: string | RawTexts,
  to: Keys,
  textAt: Keys,
  { messages, defaultLocale, origins, problems }: Normalising,
): RawTexts {
  if (typeof text !== 'string') {
    if (!Object.hasOwn(text, defaultLocale)) problems.push({ at: textAt, message: lacksDefault(defaultLocale) });
    return text;
  }
  const known = messages.get(text);
  if (known !== undefined) {
    origins.add(to, known.file, ['messages', text]);
    return known.texts;
  }
  const names = [...messages.keys()];
  const advice =
    suggestion(text, names) ||
    `; add it under messages${names.length === 0 ? '' : `, which has ${names.slice(0, 10).join(', ')}`}`;
  problems.push({ at: textAt, message: `There is no message ${text}${advice}` });
  return {};
}
