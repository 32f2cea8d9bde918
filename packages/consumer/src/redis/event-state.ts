import type { RecordPosition } from '../assignment/record.ts';
import { type BatchedCallsOptions, createBatchedCalls } from './batched-calls.ts';

/** What a step needs to know of an event. */
export interface StateSubject {
  readonly identity: string;
  readonly orderKey: string;
  /** Its offset in the source topic: the order within the key. */
  readonly origin: { readonly offset: number };
  readonly position: Pick<RecordPosition, 'hop' | 'redrive'>;
}

/**
 * The answer before an event may run:
 * run — it is yours, nothing waits for its key; held — it is yours, it is the head of those that wait;
 * done, dead — it was handled; stale — a later copy of it is further on in the chain; busy — another worker has it;
 * defer — an earlier event of its key waits in retry topic `level` until `dueAt` (0 while it is dead and holds the key).
 */
export type Admission =
  | { readonly kind: 'run' | 'held' | 'done' | 'dead' | 'stale' | 'busy' }
  | { readonly kind: 'defer'; readonly level: number; readonly dueAt: number };

/** Where an event waits for its turn, as Redis keeps it. */
export interface QueuePosition {
  readonly hop: number;
  /** The retry topic, counted from 1. */
  readonly level: number;
  readonly dueAt: number;
}

export type Verdict = 'ok' | 'refused';

/** The steps around an effect, each atomic and repeatable; see docs/delivery.md for what a crash between two means. */
export interface EventState {
  admit(event: StateSubject, token: string): Promise<Admission>;
  /** The effect is there. Refused when another worker holds the lease. */
  complete(event: StateSubject, token: string, admittedAs: 'run' | 'held'): Promise<Verdict>;
  /** The event joins those that wait for its key, before it is forwarded. The claim stays. */
  fail(event: StateSubject, token: string, position: QueuePosition): Promise<Verdict>;
  /** It was forwarded: copies with a lower hop are stale from now on, and the claim is given back. */
  moved(event: StateSubject, token: string, position: QueuePosition): Promise<Verdict>;
  /** It is in the dead-letter topic. With `holdLevel` the key waits for it there; 0 lets the key go on. */
  dead(event: StateSubject, token: string, holdLevel: number): Promise<Verdict>;
  /** It will not be redriven: a key that it holds goes on. */
  abandon(event: Pick<StateSubject, 'identity' | 'orderKey'>): Promise<Verdict>;
  /** Its key waits for it no more. */
  leave(event: Pick<StateSubject, 'identity' | 'orderKey'>): Promise<Verdict>;
  /** It can be read now: where a version that could not knew it by its place, it takes that one's turn. */
  identify(event: StateSubject, place: string): Promise<Verdict>;
  renew(event: StateSubject, token: string): Promise<Verdict>;
  /** The claim is given back: the event did not run. */
  release(event: StateSubject, token: string): Promise<Verdict>;
  /** Stops retrying; steps that have no reply yet are rejected. */
  close(): void;
}

/** The steps of one event are asked one by one. Each rejects with a EventStateError when Redis cannot take it. */
export function createEventState(options: BatchedCallsOptions): EventState {
  const calls = createBatchedCalls(options);
  const send = async <R>(read: (reply: string) => R, ...step: (string | number)[]): Promise<R> =>
    read(await calls.send(step));

  return {
    admit: ({ identity, orderKey, origin, position }, token) =>
      send(readAdmission, 'admit', identity, orderKey, token, String(origin.offset), position.hop, position.redrive),
    complete: ({ identity, orderKey }, token, admittedAs) =>
      send(readVerdict, 'complete', identity, orderKey, token, admittedAs === 'held' ? 1 : 0),
    fail: ({ identity, orderKey, origin }, token, { hop, level, dueAt }) =>
      send(readVerdict, 'fail', identity, orderKey, token, String(origin.offset), hop, level, dueAt),
    moved: ({ identity, orderKey, origin }, token, { hop, level, dueAt }) =>
      send(readVerdict, 'moved', identity, orderKey, token, String(origin.offset), hop, level, dueAt),
    dead: ({ identity, orderKey, origin, position }, token, holdLevel) =>
      send(readVerdict, 'dead', identity, orderKey, token, String(origin.offset), position.redrive, holdLevel),
    abandon: ({ identity, orderKey }) => send(readVerdict, 'abandon', identity, orderKey),
    leave: ({ identity, orderKey }) => send(readVerdict, 'leave', identity, orderKey),
    identify: ({ identity, orderKey }, place) => send(readVerdict, 'identify', identity, orderKey, place),
    renew: ({ identity }, token) => send(readVerdict, 'renew', identity, token),
    release: ({ identity }, token) => send(readVerdict, 'release', identity, token),
    close: calls.close,
  };
}

const readVerdict = (reply: string): Verdict => reply as Verdict;

const ADMISSIONS = new Map<string, Admission>(
  (['run', 'held', 'done', 'dead', 'stale', 'busy'] as const).map((kind) => [kind, { kind }]),
);

function readAdmission(reply: string): Admission {
  const known = ADMISSIONS.get(reply);
  if (known !== undefined) return known;
  const [, level, dueAt, state] = reply.split(':');
  return { kind: 'defer', level: Number(level), dueAt: state === 'd' ? 0 : Number(dueAt) };
}
