import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { STEPS_SCRIPT } from './steps-script.ts';

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

type Verdict = 'ok' | 'refused';

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
  /** It can be read now: where a version that could not knew it by its place, it takes that one's turn. */
  identify(event: Pick<StepSubject, 'identity' | 'lane'>, place: string): Promise<Verdict>;
  renew(event: StepSubject, token: string): Promise<Verdict>;
  /** The claim is given back: the event did not run. */
  release(event: StepSubject, token: string): Promise<Verdict>;
  /** Stops retrying; steps that have no reply yet are rejected. */
  close(): void;
}

export interface StepsOptions {
  redis: Redis;
  service: string;
  leaseMs: number;
  doneTtlMs: number;
  orphanAfterMs: number;
  logger: Logger;
  /** Called when Redis stops answering, and when it answers again. */
  reachable(yes: boolean): void;
}

/** One script call blocks Redis for everybody; 128 steps take it about a millisecond. */
const STEPS_A_CALL = 128;
/** Redis works on one call while the next is made. Steps of one event follow each other anyway. */
const CALLS_IN_FLIGHT = 4;
const RETRY_MS = 250;

interface Pending {
  step: readonly (string | number)[];
  reply(reply: string): void;
  reject(error: Error): void;
}

/** Collects steps while calls are under way and sends them with the next. The steps of one event are asked one by one. */
export function createSteps(options: StepsOptions): Steps {
  const { redis, service, leaseMs, orphanAfterMs, logger } = options;
  const settings = [service, Math.ceil(options.doneTtlMs / 1_000), leaseMs, orphanAfterMs] as const;
  const sha = createHash('sha1').update(STEPS_SCRIPT).digest('hex');
  const queue: Pending[] = [];
  let calls = 0;
  let scheduled = false;
  let closed = false;

  async function call(steps: readonly Pending[]): Promise<string[]> {
    const args = [...settings, Buffer.from(JSON.stringify(steps.map(({ step }) => step)))] as const;
    try {
      return (await redis.evalsha(sha, 0, ...args)) as string[];
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return (await redis.eval(STEPS_SCRIPT, 0, ...args)) as string[];
    }
  }

  async function callUntilAnswered(steps: readonly Pending[]): Promise<string[]> {
    for (let tries = 0; ; tries += 1) {
      try {
        const replies = await call(steps);
        if (tries > 0) {
          logger.info({ tries }, 'Redis answers again');
          options.reachable(true);
        }
        return replies;
      } catch (error) {
        if (closed) throw error;
        if (tries === 0) {
          logger.warn({ err: error }, 'Redis does not answer: pausing until it does');
          options.reachable(false);
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async function run(steps: readonly Pending[]): Promise<void> {
    calls += 1;
    try {
      const replies = await callUntilAnswered(steps);
      for (let index = 0; index < steps.length; index += 1) steps[index]?.reply(replies[index] ?? '');
    } catch (error) {
      for (const { reject } of steps) reject(error as Error);
    }
    calls -= 1;
    schedule();
  }

  /** What the same batch of records asks for goes into one call. */
  function schedule(): void {
    if (scheduled || queue.length === 0) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      while (queue.length > 0 && calls < CALLS_IN_FLIGHT) void run(queue.splice(0, STEPS_A_CALL));
    });
  }

  function send<R>(read: (reply: string) => R, ...step: (string | number)[]): Promise<R> {
    return new Promise((resolve, reject) => {
      if (closed) return reject(new Error('the steps are closed'));
      queue.push({ step, reply: (reply) => resolve(read(reply)), reject });
      schedule();
    });
  }

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
    identify: ({ identity, lane }, place) => send(readVerdict, 'identify', identity, lane, place),
    renew: ({ identity }, token) => send(readVerdict, 'renew', identity, token),
    release: ({ identity }, token) => send(readVerdict, 'release', identity, token),
    close() {
      closed = true;
    },
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
