import { createStepCalls, type StepCallsOptions } from './step-calls.ts';

/** What a step needs to know of an event. */
export interface StepSubject {
  readonly identity: string;
  readonly lane: string;
  /** Its offset in the source topic: the order within the key. */
  readonly origin: { readonly offset: number };
  /** How often it was forwarded. */
  readonly hop: number;
  /** How often it was redriven from the dead-letter topic. */
  readonly redrive: number;
}

/**
 * The answer before an event may run:
 * run — it is yours, nothing waits for its key; held — it is yours, it is the head of those that wait;
 * done, dead — it was handled; stale — a later copy of it is further on in the chain; busy — another worker has it;
 * park — an earlier event of its key waits in tier `tier` until `due` (0 while it is dead and holds the key).
 */
export type Admission =
  | { readonly kind: 'run' | 'held' | 'done' | 'dead' | 'stale' | 'busy' }
  | { readonly kind: 'park'; readonly tier: number; readonly due: number };

export interface Position {
  readonly hop: number;
  /** Counted from 1, the first retry topic. */
  readonly tier: number;
  readonly due: number;
}

export type Verdict = 'ok' | 'refused';

/** The steps around an effect, each atomic and repeatable; see docs/delivery.md for what a crash between two means. */
export interface Steps {
  admit(event: StepSubject, token: string): Promise<Admission>;
  /** The effect is there. Refused when another worker holds the claim. */
  complete(event: StepSubject, token: string, admittedAs: 'run' | 'held'): Promise<Verdict>;
  /** The event joins those that wait for its key, before it is forwarded. The claim stays. */
  fail(event: StepSubject, token: string, position: Position): Promise<Verdict>;
  /** It was forwarded: copies with a lower hop are stale from now on, and the claim is given back. */
  moved(event: StepSubject, token: string, position: Position): Promise<Verdict>;
  /** It is in the dead-letter topic. With `holdTier` the key waits for it there; 0 lets the key go on. */
  dead(event: StepSubject, token: string, holdTier: number): Promise<Verdict>;
  /** It will not be redriven: a key that it holds goes on. */
  abandon(event: Pick<StepSubject, 'identity' | 'lane'>): Promise<Verdict>;
  /** Its key waits for it no more. */
  leave(event: Pick<StepSubject, 'identity' | 'lane'>): Promise<Verdict>;
  /** It can be read now: where a version that could not knew it by its place, it takes that one's turn. */
  identify(event: StepSubject, place: string): Promise<Verdict>;
  renew(event: StepSubject, token: string): Promise<Verdict>;
  /** The claim is given back: the event did not run. */
  release(event: StepSubject, token: string): Promise<Verdict>;
  /** Stops retrying; steps that have no reply yet are rejected. */
  close(): void;
}

/** The steps of one event are asked one by one. Each rejects with a StepError when Redis cannot take it. */
export function createSteps(options: StepCallsOptions): Steps {
  const calls = createStepCalls(options);
  const send = async <R>(read: (reply: string) => R, ...step: (string | number)[]): Promise<R> =>
    read(await calls.send(step));

  return {
    admit: ({ identity, lane, origin, hop, redrive }, token) =>
      send(readAdmission, 'admit', identity, lane, token, String(origin.offset), hop, redrive),
    complete: ({ identity, lane }, token, admittedAs) =>
      send(readVerdict, 'complete', identity, lane, token, admittedAs === 'held' ? 1 : 0),
    fail: ({ identity, lane, origin }, token, { hop, tier, due }) =>
      send(readVerdict, 'fail', identity, lane, token, String(origin.offset), hop, tier, due),
    moved: ({ identity, lane, origin }, token, { hop, tier, due }) =>
      send(readVerdict, 'moved', identity, lane, token, String(origin.offset), hop, tier, due),
    dead: ({ identity, lane, origin, redrive }, token, holdTier) =>
      send(readVerdict, 'dead', identity, lane, token, String(origin.offset), redrive, holdTier),
    abandon: ({ identity, lane }) => send(readVerdict, 'abandon', identity, lane),
    leave: ({ identity, lane }) => send(readVerdict, 'leave', identity, lane),
    identify: ({ identity, lane }, place) => send(readVerdict, 'identify', identity, lane, place),
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
  const [, tier, due, state] = reply.split(':');
  return { kind: 'park', tier: Number(tier), due: state === 'd' ? 0 : Number(due) };
}
