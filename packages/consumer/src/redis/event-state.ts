import type { RecordPosition } from '../assignment/record.ts';
import { type BatchedCallsOptions, createBatchedCalls } from './batched-calls.ts';
import { stepOf } from './script-call.ts';

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
  const ask = (
    name: string,
    event: Pick<StateSubject, 'identity' | 'orderKey'>,
    ...rest: (string | number)[]
  ): Promise<Verdict> => calls.send(stepOf(name, event, ...rest)) as Promise<Verdict>;

  const admitQueued = (event: StateSubject, token: string): Promise<Admission> => {
    const { hop, redrive } = event.position;
    return calls.send(stepOf('admit_queued', event, token, redrive, `${event.origin.offset}`, hop)).then(readAdmission);
  };

  const finish = (event: StateSubject, token: string): Promise<Verdict> =>
    calls
      .send(stepOf('finish', event, token))
      .then((verdict) => (verdict === 'late' ? ask('leave', event) : (verdict as Verdict)));

  return {
    admit: (event, token) =>
      event.position.hop > 0
        ? admitQueued(event, token)
        : calls
            .send(stepOf('admit', event, token, event.position.redrive))
            .then((reply) => (reply === 'queue' ? admitQueued(event, token) : readAdmission(reply))),
    complete: (event, token, admittedAs) =>
      admittedAs === 'held' ? ask('complete', event, token) : finish(event, token),
    fail: (event, token, { hop, level, dueAt }) =>
      ask('fail', event, token, String(event.origin.offset), hop, level, dueAt),
    moved: (event, token, { hop, level, dueAt }) =>
      ask('moved', event, token, String(event.origin.offset), hop, level, dueAt),
    dead: (event, token, holdLevel) =>
      ask('dead', event, token, String(event.origin.offset), event.position.redrive, holdLevel),
    abandon: (event) => ask('abandon', event),
    leave: (event) => ask('leave', event),
    identify: (event, place) => ask('identify', event, place),
    renew: (event, token) => ask('renew', event, token),
    release: (event, token) => ask('release', event, token),
    close: calls.close,
  };
}

const ADMISSIONS = new Map<string, Admission>(
  (['run', 'held', 'done', 'dead', 'stale', 'busy'] as const).map((kind) => [kind, { kind }]),
);

function readAdmission(reply: string): Admission {
  const known = ADMISSIONS.get(reply);
  if (known !== undefined) return known;
  const [, level, dueAt, state] = reply.split(':');
  return { kind: 'defer', level: Number(level), dueAt: state === 'd' ? 0 : Number(dueAt) };
}
