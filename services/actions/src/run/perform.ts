import type { Caller } from '@switchboard/callers';
import { OutboundError, type OutboundResponse, type Target } from '@switchboard/outbound';
import type { Action } from '../registry/action.ts';
import type { Step } from '../registry/step.ts';
import type { Values } from '../registry/template.ts';
import type { Texts } from '../registry/texts.ts';
import type { Failure, Outcome } from './outcome.ts';

export type Input = Readonly<Record<string, unknown>>;

export interface Performance {
  readonly action: Action;
  readonly caller: Caller;
  readonly input: Input;
  /** Sent with writes, so that a repeat has no second effect. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

export type Prepared = { readonly kind: 'ready'; readonly current: Input | undefined } | Outcome;

/** Calls the backend of an action once. It rejects only with the signal's reason. */
export interface Perform {
  /** The look-up of a write, and whether what it found is the caller's. */
  prepare(performance: Performance): Promise<Prepared>;
  /** All of it. */
  run(performance: Performance): Promise<Outcome>;
}

const ABSENT: ReadonlySet<number> = new Set([403, 404, 410]);
const REJECTED: ReadonlySet<number> = new Set([400, 422]);
const ACCEPTED = [...ABSENT, ...REJECTED];
/** Errors that the next try meets too. */
const LASTING: ReadonlySet<string> = new Set(['REJECTED', 'RESPONSE_TOO_LARGE', 'FORBIDDEN_ADDRESS', 'INVALID_OPTION']);

/** @param onUnusable told about responses that do not have the form that the file describes */
export function createPerform(
  targetOf: (action: Action) => Target,
  onUnusable: (action: Action, reason: string) => void,
): Perform {
  type Stepped = { readonly kind: 'output'; readonly output: Input } | Outcome;

  async function take(step: Step, values: Values, performance: Performance): Promise<Stepped> {
    const { action, input, idempotencyKey, signal } = performance;
    const texts = failedTexts(action, input);
    const request = step.request(values);
    if (request === undefined) return { kind: 'rejected', texts };
    let response: OutboundResponse;
    try {
      response = await targetOf(action).request({
        ...request,
        method: step.method,
        accept: ACCEPTED,
        headers: step.method === 'GET' || action.effect === 'read' ? {} : { 'idempotency-key': idempotencyKey },
        signal,
      });
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      // A path that would lead elsewhere.
      if (error.code === 'INVALID_OPTION') return { kind: 'rejected', texts };
      return failure(error, texts);
    }
    if (ABSENT.has(response.status)) return notFound(action, input, 'absent');
    if (REJECTED.has(response.status)) return { kind: 'rejected', texts };
    const reading = step.read(response.body, values);
    if (reading.kind === 'found') return { kind: 'output', output: reading.output };
    if (reading.kind === 'absent') return notFound(action, input, 'absent');
    onUnusable(action, reading.reason);
    return { kind: 'failed', reason: 'bad_response', texts, again: true };
  }

  function isOwners({ action, caller }: Performance, seen: Values): boolean {
    if (action.owner === undefined) return true;
    const judged = action.owner.expression.evaluate({ ...seen, caller: callerValues(caller) });
    return judged.kind === 'value' && judged.value === true;
  }

  async function prepare(performance: Performance): Promise<Prepared> {
    const { action, caller, input } = performance;
    if (action.lookup === undefined) return { kind: 'ready', current: undefined };
    const looked = await take(action.lookup.step, { input, caller: callerValues(caller) }, performance);
    if (looked.kind !== 'output') return looked;
    if (!isOwners(performance, { current: looked.output })) return notFound(action, input, 'not_yours');
    return { kind: 'ready', current: looked.output };
  }

  return {
    prepare,
    async run(performance) {
      const { action, caller, input } = performance;
      const prepared = await prepare(performance);
      if (prepared.kind !== 'ready') return prepared;
      const current = prepared.current === undefined ? {} : { current: prepared.current };
      const stepped = await take(action.step, { input, caller: callerValues(caller), ...current }, performance);
      if (stepped.kind !== 'output') return stepped;
      // The rule of a write has been judged before it.
      if (action.effect === 'read' && !isOwners(performance, { output: stepped.output })) {
        return notFound(action, input, 'not_yours');
      }
      const names = Object.keys(action.output.properties);
      const output = Object.fromEntries(Object.entries(stepped.output).filter(([name]) => names.includes(name)));
      return { kind: 'found', output, texts: action.reply?.({ input, output }) ?? {} };
    },
  };
}

/** What expressions see of the caller. An empty name is none. */
function callerValues({ tenant, person = {} }: Caller): Values {
  const { email, userId } = person;
  return { tenant, ...(email ? { email } : {}), ...(userId ? { userId } : {}) };
}

/** Both reasons take the same path from here on. */
const notFound = (action: Action, input: Input, reason: 'absent' | 'not_yours'): Outcome => ({
  kind: 'not_found',
  reason,
  texts: action.notFound({ input }),
});

export const failedTexts = (action: Action, input: Input): Texts => action.failed({ input });

const failure = ({ code, retryAfterMs }: OutboundError, texts: Texts): Failure => ({
  kind: 'failed',
  reason: code.toLowerCase(),
  texts,
  again: !LASTING.has(code),
  retryAfterMs,
});
