import type { Caller } from '@switchboard/callers';
import { type SpanAttributes, type Tracer, untraced } from '@switchboard/tracing';
import type { Action } from '../registry/action.ts';
import { mayCall, namesPerson } from './access.ts';
import { type Answer, type Refusal, refused } from './answer.ts';
import { answerOf, UNAVAILABLE, UNKNOWN_RUN } from './answers.ts';
import { canonicalJson, sha256 } from './input-hash.ts';
import type { Input } from './perform.ts';
import { personKey, type RunStore } from './run-store.ts';

export interface RunOptions {
  conversationId?: string | undefined;
  /** For writes: a repeat with the key and the same input is answered with the result of the first. */
  idempotencyKey?: string | undefined;
  /** The token of an `unconfirmed` answer, after the person's yes. */
  confirm?: string | undefined;
  /** The locales of `reply` and `summary`, the best first; default the first of the action. */
  locales?: readonly string[] | undefined;
  /** How long the caller waits for the result; default 4 s, at most 30 s. */
  waitMs?: number | undefined;
}

/** An action as its callers see it. */
export interface ActionView {
  readonly name: string;
  readonly title: string | undefined;
  readonly description: string;
  readonly effect: 'read' | 'write';
  /** Whether a write waits for the person's yes. */
  readonly confirms: boolean;
  /** JSON Schemas of type `object`; the output's has the revealed fields only. */
  readonly input: object;
  readonly output: object;
}

export interface Runner {
  /** Runs an action for a caller whose identity has been verified. Rejects only for failures of our own. */
  run(action: string, caller: Caller, input: unknown, options?: RunOptions): Promise<Answer>;
  /** The state of a run, for the caller that started it. */
  find(runId: string, caller: Caller, options?: Pick<RunOptions, 'locales'>): Promise<Answer>;
  /** Deletes the runs of a person of the tenant. @returns how many */
  erase(tenant: string, person: NonNullable<Caller['person']>): Promise<number>;
  /** The actions that the caller may use, by name. */
  actionsFor(caller: Caller): readonly ActionView[];
  /** Takes one of what the caller may use, for requests beside runs; the seconds to wait if nothing is left. */
  takeRate(caller: Caller): number;
}

/** A request that has passed every check that needs no backend. */
export interface Asked {
  readonly action: Action;
  readonly caller: Caller;
  readonly input: Input;
  readonly inputHash: string;
  readonly conversationId: string | undefined;
  readonly locales: readonly string[];
  readonly startedAt: number;
  /** When the caller is answered at the latest. */
  readonly answerBy: number;
}

export interface RunnerOptions {
  actions(): ReadonlyMap<string, Action>;
  /** Takes one of what the caller may use; the seconds to wait if nothing is left. */
  takeRate(caller: Caller): number;
  read(asked: Asked): Promise<Answer>;
  write(asked: Asked, options: Pick<RunOptions, 'confirm' | 'idempotencyKey'>): Promise<Answer>;
  store: Pick<RunStore, 'find' | 'erase'>;
  onRefused(action: Action | undefined, refusal: Refusal): void;
  tracer?: Tracer | undefined;
}

export const DEFAULT_WAIT_MS = 4_000;
export const MOST_WAIT_MS = 30_000;

export function createRunner(options: RunnerOptions): Runner {
  const { actions, takeRate, read, write, store, onRefused, tracer = untraced } = options;

  /** Everything that can be judged without the backend; the cheapest and least telling first. */
  function check(name: string, caller: Caller, input: unknown): Action | Refusal {
    if (!mayCall(caller, name)) return refused('FORBIDDEN', 'The caller has no scope for this action.');
    const action = actions().get(name);
    if (action === undefined) return refused('NOT_FOUND', 'There is no action of this name.');
    if (!namesPerson(caller, action)) {
      return refused('FORBIDDEN', 'The action is about a person, and the credentials of the caller name none.');
    }
    const wait = takeRate(caller);
    if (wait > 0) return refused('TOO_MANY_REQUESTS', 'Wait before the next request.', { retryAfterSeconds: wait });
    const problems = action.checkInput(input);
    return problems.length === 0
      ? action
      : refused('INVALID_INPUT', 'The input does not fit the action.', { problems });
  }

  function traced({ action }: Asked, answer: () => Promise<Answer>): Promise<Answer> {
    const attributes = (): SpanAttributes => ({ 'switchboard.action': action.name });
    return tracer.span({ kind: 'server', name: `run ${action.name}`, attributes }, async (span) => {
      const answered = await answer();
      if (answered.kind === 'refused') span.fail(answered.code.toLowerCase());
      else
        span.set(() => ({
          'switchboard.run.id': 'runId' in answered ? answered.runId : '',
          'switchboard.run.answer': answered.kind,
        }));
      return answered;
    });
  }

  return {
    takeRate,
    erase: store.erase,
    async run(
      name,
      caller,
      given,
      { conversationId, idempotencyKey, confirm, locales = [], waitMs = DEFAULT_WAIT_MS } = {},
    ) {
      const startedAt = performance.now();
      const action = check(name, caller, given);
      if ('kind' in action) {
        onRefused(actions().get(name), action);
        return action;
      }
      const input = given as Input;
      const asked: Asked = {
        ...{ action, caller, input, conversationId, locales, startedAt },
        inputHash: sha256(`${caller.tenant}\n${action.name}\n${canonicalJson(input)}`),
        answerBy: startedAt + Math.min(Math.max(waitMs, 0), MOST_WAIT_MS),
      };
      const answer = await traced(asked, () =>
        unlessAway(() => (action.effect === 'read' ? read(asked) : write(asked, { idempotencyKey, confirm }))),
      );
      if (answer.kind === 'refused') onRefused(action, answer);
      return answer;
    },
    async find(runId, caller, { locales = [] } = {}) {
      return unlessAway(async () => {
        const run = await store.find(runId, caller);
        if (run === undefined || !isOf(run.caller, caller)) return UNKNOWN_RUN;
        return run.outcome === undefined ? { kind: 'running', runId } : answerOf(runId, run.outcome, locales);
      });
    },
    actionsFor(caller) {
      const usable = [...actions().values()].filter(
        (action) => mayCall(caller, action.name) && namesPerson(caller, action),
      );
      return usable.map(({ name, title, description, effect, confirm, input, output }) => ({
        ...{ name, title, description, effect, input, output },
        confirms: confirm !== undefined,
      }));
    },
  };
}

/** An answer for the time in which the database is away. */
async function unlessAway(answer: () => Promise<Answer>): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    if ((error as { retry?: unknown }).retry === 'when-available') return UNAVAILABLE;
    throw error;
  }
}

/** A platform that signs its requests vouches for all of its customers; anyone else sees the runs of one person. */
const isOf = (owner: Caller, caller: Caller): boolean =>
  (caller.kind === 'signed' && caller.person === undefined) || personKey(owner) === personKey(caller);
