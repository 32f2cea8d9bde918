import type { RecordPosition } from '../assignment/record.ts';
import { type BatchedCallsOptions, createBatchedCalls } from './batched-calls.ts';

/** The data of an event that the steps need. */
export interface StateSubject {
  readonly identity: string;
  readonly orderKey: string;
  /** Its offset in the source topic: the order within the key. */
  readonly origin: { readonly offset: number };
  readonly position: Pick<RecordPosition, 'hop' | 'redrive'>;
}

/**
 * The answer to a request for the lease of an event:
 * run — leased, and no event waits for its key; held — leased, and it is the first of those that wait;
 * done, dead — it was handled; stale — a later copy of it is in a retry topic; busy — another worker has the lease;
 * defer — an earlier event of its key waits in retry topic `level` until `dueAt` (0: it is dead and holds the key).
 */
export type Admission =
  | { readonly kind: 'run' | 'held' | 'done' | 'dead' | 'stale' | 'busy' }
  | { readonly kind: 'defer'; readonly level: number; readonly dueAt: number };

/** The position of a waiting event in the retry topics, as stored in Redis. */
export interface QueuePosition {
  readonly hop: number;
  /** The retry topic, counted from 1. */
  readonly level: number;
  readonly dueAt: number;
}

export type Verdict = 'ok' | 'refused';

/** The steps around an effect, each atomic and repeatable; docs/delivery.md covers a crash between two of them. */
export interface EventState {
  admit(event: StateSubject, token: string): Promise<Admission>;
  /** The effect is there. Refused when another worker holds the lease. */
  complete(event: StateSubject, token: string, admittedAs: 'run' | 'held'): Promise<Verdict>;
  /** The event joins those that wait for its key, before it is forwarded. The lease stays. */
  fail(event: StateSubject, token: string, position: QueuePosition): Promise<Verdict>;
  /** The event was forwarded: copies with a lower hop are stale from now on. Releases the lease. */
  moved(event: StateSubject, token: string, position: QueuePosition): Promise<Verdict>;
  /** The event is in the dead-letter topic. With a `holdLevel`, its key waits for it; 0 lets the key continue. */
  dead(event: StateSubject, token: string, holdLevel: number): Promise<Verdict>;
  /** The dead event will not be redriven: a key that it holds continues. */
  abandon(event: Pick<StateSubject, 'identity' | 'orderKey'>): Promise<Verdict>;
  /** Its key no longer waits for it. */
  leave(event: Pick<StateSubject, 'identity' | 'orderKey'>): Promise<Verdict>;
  /** The event can be read now: it takes the turn that it has under its position, from a version that could not. */
  identify(event: StateSubject, place: string): Promise<Verdict>;
  renew(event: StateSubject, token: string): Promise<Verdict>;
  /** Releases the lease: the event did not run. */
  release(event: StateSubject, token: string): Promise<Verdict>;
  /** Stops retrying. Rejects steps without a reply. */
  close(): void;
}

/** Steps of one event must not overlap. Each rejects with an EventStateError when Redis cannot take it. */
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
