import { catalogue, type EventType, isEventType } from '@switchboard/events';
import type { DefinitionProblem, Keys } from '@switchboard/expressions/definition';
import { kindOf } from '../compile/field-kinds.ts';
import type { FlowDefinition, Place, SlotDefinition } from '../definition.ts';
import { readDuration } from './duration.ts';
import { unusable } from './event-types.ts';
import type { FlowFile } from './flow-file.ts';
import { type Messages, normalSteps } from './normal-steps.ts';
import { Origins } from './origins.ts';
import type { RawFlow, RawPlace, RawSlot } from './raw-flow.ts';

export interface Normal {
  readonly definition: FlowDefinition;
  readonly origins: Origins;
}

/** What the parts of one flow share while it is brought into its normal form. */
export interface Normalising {
  readonly name: string;
  readonly file: FlowFile;
  readonly at: Keys;
  readonly messages: Messages;
  readonly defaultLocale: string;
  readonly origins: Origins;
  /** At keys of the file. */
  readonly problems: DefinitionProblem[];
}

/** Undefined, with problems, for a flow that waits for what does not exist. */
export function normalForm(
  name: string,
  raw: RawFlow,
  shared: Omit<Normalising, 'name' | 'origins' | 'at'>,
): Normal | undefined {
  const flow: Normalising = { ...shared, name, at: ['flows', name], origins: new Origins() };
  const { file, at, origins, problems } = flow;
  const before = problems.length;
  origins.add([], file, at);
  const kind = raw.on !== undefined ? 'on' : raw.all !== undefined ? 'all' : 'any';
  const slots = normalSlots(kind, raw, flow);
  if (problems.length > before) return undefined;
  checkShape(kind, raw, slots, flow);
  const place = (key: 'user' | 'conversation', field: string): Place => {
    if (raw[key] !== undefined) return normalPlace(raw[key], [key], [...at, key], flow);
    // By default, whom the first of the events names.
    return slots.filter(({ event }) => kindOf(event).fields.has(field)).map(({ as }) => `${as}.${field}`);
  };
  const user = place('user', 'userId');
  const conversation = place('conversation', 'conversationId');
  const withinMs = readDuration(raw.within);
  const otherwise = raw.otherwise === undefined ? undefined : normalSteps(raw.otherwise, undefined, 'otherwise', flow);
  const definition: FlowDefinition = {
    name,
    version: raw.version ?? 1,
    kind,
    slots,
    ...(withinMs === undefined ? {} : { withinMs }),
    once:
      raw.once === undefined ? 'always' : raw.once === 'key' ? 'key' : { everyMs: readDuration(raw.once) as number },
    user,
    conversation,
    // biome-ignore lint/suspicious/noThenProperty: JSON, which is not awaited
    then: normalSteps(raw.then ?? [], raw.set, 'then', flow),
    ...(otherwise === undefined ? {} : { otherwise }),
  };
  checkOwners(definition, flow);
  return problems.length > before ? undefined : { definition, origins };
}

function normalSlots(kind: 'on' | 'all' | 'any', raw: RawFlow, flow: Normalising): SlotDefinition[] {
  const { at, origins, problems } = flow;
  const written: readonly RawSlot[] = kind === 'on' ? [raw.on as RawSlot] : (raw[kind] as readonly RawSlot[]);
  return written.flatMap((slot, index) => {
    const place = kind === 'on' ? [...at, 'on'] : [...at, kind, index];
    const to = ['slots', index];
    origins.add(to, flow.file, place);
    const { event: type, as, when, correlate, typeAt, whenAt } = longForm(slot, place);
    const complaint = unusable(type);
    if (complaint !== undefined) {
      problems.push({ at: typeAt, message: complaint });
      return [];
    }
    const event = type as EventType;
    if (when !== undefined) origins.add([...to, 'when'], flow.file, whenAt);
    const isOuter = when === undefined && raw.when !== undefined;
    if (isOuter) origins.add([...to, 'when'], flow.file, [...at, 'when']);
    const own =
      correlate === undefined ? undefined : normalPlace(correlate, [...to, 'correlate'], [...place, 'correlate'], flow);
    const outer =
      raw.correlate === undefined
        ? undefined
        : normalPlace(raw.correlate, [...to, 'correlate'], [...at, 'correlate'], flow);
    const condition = when ?? raw.when;
    return [
      {
        event,
        as: as ?? (event.split('.')[0] as string),
        ...(condition === undefined ? {} : { when: condition }),
        correlate: own ?? outer ?? (kind === 'all' ? [] : catalogue[event].keyFields.map((field) => `event.${field}`)),
      },
    ];
  });
}

interface LongForm {
  readonly event: string;
  readonly as?: string;
  readonly when?: string;
  readonly correlate?: RawPlace;
  readonly typeAt: Keys;
  readonly whenAt: Keys;
}

function longForm(slot: RawSlot, at: Keys): LongForm {
  if (typeof slot === 'string') return { event: slot, typeAt: at, whenAt: at };
  if ('event' in slot && !isEventType('event')) {
    return { ...(slot as { event: string }), typeAt: [...at, 'event'], whenAt: [...at, 'when'] };
  }
  const [event = '', when = ''] = Object.entries(slot as Record<string, string>)[0] ?? [];
  return { event, when, typeAt: [...at, event], whenAt: [...at, event] };
}

function normalPlace(place: RawPlace, to: Keys, written: Keys, { origins, file }: Normalising): Place {
  if (typeof place !== 'string') {
    origins.add(to, file, written);
    return place;
  }
  origins.add([...to, 0], file, written);
  return [place];
}

/** Refuses what is for a person or a conversation that no event of the flow names. */
function checkOwners({ user, conversation, then, otherwise = [] }: FlowDefinition, flow: Normalising): void {
  const steps = [...then, ...otherwise];
  const sets = (scope: string): boolean =>
    steps.some((step) => 'set' in step && step.set.some((variable) => variable.scope === scope));
  const messages = steps.flatMap((step) => ('message' in step ? step.message : []));
  const refuse = (message: string): void => void flow.problems.push({ at: flow.at, message });
  if (user.length === 0 && (messages.length > 0 || sets('user'))) {
    refuse('needs user: whose messages and variables these are; no event of this flow has a userId');
  }
  if (conversation.length > 0) return;
  if (sets('conversation') || messages.some(({ solicited }) => solicited)) {
    refuse('needs conversation: which conversation is meant; no event of this flow has a conversationId');
  } else if (user.length === 0 && steps.some((step) => 'node' in step)) {
    refuse('needs user or conversation: for whom the node starts');
  }
}

const RESERVED = ['event', 'key', 'user', 'conversation'];

function checkShape(
  kind: 'on' | 'all' | 'any',
  raw: RawFlow,
  slots: readonly SlotDefinition[],
  flow: Normalising,
): void {
  const { at, problems } = flow;
  const refuse = (key: string, message: string): void => void problems.push({ at: [...at, key], message });
  if (kind !== 'all') {
    for (const key of ['within', 'otherwise']) {
      if (key in raw) refuse(key, `is only for all: ${kind} completes with its first event`);
    }
  } else {
    if (slots.length === 1) refuse('all', 'has only one event; write on');
    if (raw.when !== undefined)
      refuse('when', 'is only for on and any; give the condition to one of the events of all');
    if ('otherwise' in raw && !('within' in raw)) refuse('otherwise', 'needs within: after which time');
    const missing = slots.findIndex(({ correlate }) => correlate.length === 0);
    if (missing >= 0) {
      const field = commonKey(slots);
      const such = field === undefined ? '' : `, such as correlate: event.${field}`;
      problems.push({ at, message: `needs correlate: which events belong together${such}` });
    }
  }
  const names = new Map<string, number>();
  for (const [index, { as, event, when }] of slots.entries()) {
    const place = kind === 'on' ? [...at, 'on'] : [...at, kind, index];
    if (RESERVED.includes(as) || !/^[A-Za-z][A-Za-z0-9_]*$/.test(as)) {
      problems.push({ at: place, message: `${as} cannot be the name of an event; give it another by as` });
    } else if (names.has(as)) {
      problems.push({
        at: place,
        message: `is named ${as}, as another event of this flow; give it another name by as`,
      });
    }
    names.set(as, index);
    const earlier = slots.slice(0, index).find((other) => other.event === event && other.when === undefined);
    if (earlier !== undefined) {
      const message = `can never be filled: an earlier ${event} takes each such event; give that one a condition`;
      problems.push({ at: place, message });
    } else if (slots.slice(0, index).some((other) => other.event === event && other.when === when)) {
      problems.push({ at: place, message: `has the condition of an earlier ${event}, which takes each such event` });
    }
  }
}

function commonKey(slots: readonly SlotDefinition[]): string | undefined {
  const [first, ...others] = slots.map(({ event }) => catalogue[event].keyFields);
  return first?.find((field) => others.every((fields) => fields.includes(field)));
}
