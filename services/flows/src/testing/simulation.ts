import { type AnyEvent, identityOf } from '@switchboard/events';
import type { VariableChange } from '../context/variables.ts';
import type { Effect, Flow, Kept, Match, Outcome } from '../flow/flow.ts';
import { FlowError } from '../flow/flow-error.ts';
import type { LoadedFlows } from '../flow/load-flows.ts';

/** What an event or a time-out did to one flow. */
export interface FlowStep {
  readonly flow: Flow;
  readonly key: string;
  readonly round: number;
  /**
   * `waits`: the event fills a slot, and others are missing. `completed`, `timed_out`: the flow has its outcome.
   * `ignored`: the slot is filled already, or the key is done. `failed`: the event goes to the dead letters.
   */
  readonly kind: 'waits' | 'completed' | 'timed_out' | 'ignored' | 'failed';
  readonly slots: readonly (Kept | undefined)[];
  readonly dueAt: number | undefined;
  readonly outcome: Outcome | undefined;
  /** Why it failed or was ignored. */
  readonly message: string | undefined;
}

export interface Step {
  readonly at: number;
  /** Undefined for a time-out. */
  readonly event: AnyEvent | undefined;
  readonly isDuplicate: boolean;
  readonly flows: readonly FlowStep[];
}

export interface Arrival {
  readonly at: number;
  readonly event: AnyEvent;
}

export interface Simulated {
  readonly steps: readonly Step[];
  /** In order, with what they belong to. */
  readonly effects: readonly { readonly at: number; readonly flow: string; readonly effect: Effect }[];
  /** The newest change of each variable that has not expired. */
  readonly variables: readonly VariableChange[];
  readonly waiting: readonly FlowStep[];
}

interface Instance {
  readonly flow: Flow;
  readonly key: string;
  readonly round: number;
  readonly slots: (Kept | undefined)[];
  readonly dueAt: number | undefined;
  state: 'waiting' | 'ended';
  endedAt: number;
}

/** Runs flows on events and a clock, as the service does: an event counts once, and each set has one outcome. */
export function simulate(
  { byType }: LoadedFlows,
  arrivals: readonly Arrival[],
  until = Number.POSITIVE_INFINITY,
): Simulated {
  const steps: Step[] = [];
  const effects: { at: number; flow: string; effect: Effect }[] = [];
  const variables = new Map<string, VariableChange>();
  const instances = new Map<string, Instance>();
  const seen = new Set<string>();
  const queue = arrivals.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
  let published = 0;
  let now = 0;

  function carryOut(flow: Flow, tenant: string, outcome: Outcome | undefined): void {
    for (const change of outcome?.changes ?? []) {
      const id = JSON.stringify([change.tenant, change.scope, change.id, change.name]);
      if (isNewer(change, variables.get(id))) variables.set(id, change);
    }
    for (const effect of outcome?.effects ?? []) {
      effects.push({ at: now, flow: flow.name, effect });
      if (effect.kind !== 'event') continue;
      published += 1;
      const meta = { id: `published-${published}`, type: effect.type, source: 'flows', tenant, extra: null };
      const event = { ...effect.fields, meta: { ...meta, occurredAt: now, receivedAt: now, hops: effect.hops } };
      queue.unshift({ at: now, event: event as unknown as AnyEvent });
    }
  }

  function end(instance: Instance, tenant: string, kind: 'completed' | 'timed_out'): FlowStep {
    instance.state = 'ended';
    instance.endedAt = now;
    const { flow, key, slots } = instance;
    const filled = { tenant, key, slots: [...slots] };
    try {
      const outcome = kind === 'completed' ? flow.complete(filled) : flow.timeOut(filled);
      carryOut(flow, tenant, outcome);
      return stepOf(instance, kind, outcome);
    } catch (error) {
      return failed(instance, error);
    }
  }

  function take(flow: Flow, tenant: string, { slot, key, kept }: Match): FlowStep {
    const id = JSON.stringify([tenant, flow.name, key]);
    const last = instances.get(id);
    const isOpen = last?.state === 'waiting';
    const open: Instance = isOpen ? last : newInstance(flow, key, (last?.round ?? 0) + 1, now);
    const isDone = last !== undefined && !isOpen && isDoneFor(flow, last.endedAt, now);
    if (isDone) return { ...stepOf(last, 'ignored', undefined), message: 'this key has had its outcome' };
    if (open.slots[slot] !== undefined) {
      return { ...stepOf(open, 'ignored', undefined), message: `it has its ${flow.slots[slot]?.type} already` };
    }
    open.slots[slot] = kept;
    instances.set(id, open);
    const isComplete = flow.kind !== 'all' || !open.slots.includes(undefined);
    return isComplete ? end(open, tenant, 'completed') : stepOf(open, 'waits', undefined);
  }

  function handle(event: AnyEvent): void {
    const identity = identityOf(event.meta);
    const isDuplicate = seen.has(identity);
    seen.add(identity);
    const taken: FlowStep[] = [];
    for (const flow of isDuplicate ? [] : (byType.get(event.meta.type) ?? [])) {
      try {
        const match = flow.match(event);
        if (match !== undefined) taken.push(take(flow, event.meta.tenant, match));
      } catch (error) {
        taken.push(failed(newInstance(flow, '', 0, now), error));
      }
    }
    steps.push({ at: now, event, isDuplicate, flows: taken });
  }

  for (;;) {
    const due = nextDue(instances);
    const arrival = queue[0];
    if (due !== undefined && due.instance.dueAt <= Math.min(until, arrival?.at ?? until)) {
      now = Math.max(now, due.instance.dueAt);
      steps.push({
        at: now,
        event: undefined,
        isDuplicate: false,
        flows: [end(due.instance, due.tenant, 'timed_out')],
      });
    } else if (arrival !== undefined) {
      queue.shift();
      now = Math.max(now, arrival.at);
      handle(arrival.event);
    } else break;
  }
  const endedAt = Number.isFinite(until) ? until : now;
  return {
    steps,
    effects,
    variables: [...variables.values()].filter(
      ({ value, eventTime, ttlMs = Infinity }) => value !== undefined && eventTime + ttlMs > endedAt,
    ),
    waiting: [...instances.values()]
      .filter(({ state }) => state === 'waiting')
      .map((one) => stepOf(one, 'waits', undefined)),
  };
}

const newInstance = (flow: Flow, key: string, round: number, now: number): Instance => ({
  ...{ flow, key, round, state: 'waiting', endedAt: 0 },
  slots: flow.slots.map(() => undefined),
  dueAt: flow.withinMs === undefined ? undefined : now + flow.withinMs,
});

/** Whether a key that has come to its outcome takes no more events. */
function isDoneFor({ once }: Flow, endedAt: number, now: number): boolean {
  if (once === 'key') return true;
  return once !== 'always' && now < endedAt + once.everyMs;
}

function stepOf(
  { flow, key, round, slots, dueAt }: Instance,
  kind: FlowStep['kind'],
  outcome: Outcome | undefined,
): FlowStep {
  return { flow, key, round, kind, slots: [...slots], dueAt, outcome, message: undefined };
}

function failed(instance: Instance, error: unknown): FlowStep {
  if (!(error instanceof FlowError)) throw error;
  return { ...stepOf(instance, 'failed', undefined), message: error.message };
}

/** The newest event time wins; the event id decides between equal times. */
const isNewer = (change: VariableChange, held: VariableChange | undefined): boolean =>
  held === undefined ||
  change.eventTime > held.eventTime ||
  (change.eventTime === held.eventTime && change.eventId >= held.eventId);

interface Due {
  readonly tenant: string;
  readonly instance: Instance & { readonly dueAt: number };
}

function nextDue(instances: ReadonlyMap<string, Instance>): Due | undefined {
  let first: Due | undefined;
  for (const [id, instance] of instances) {
    const { state, dueAt } = instance;
    if (state !== 'waiting' || dueAt === undefined || dueAt >= (first?.instance.dueAt ?? Infinity)) continue;
    first = { tenant: (JSON.parse(id) as [string])[0], instance: instance as Due['instance'] };
  }
  return first;
}
