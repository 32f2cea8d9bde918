import type { VariableChange, Variables } from '../context/variables.ts';
import { mostTelling } from '../engine/most-telling.ts';
import type { Effect, Outcome } from '../flow/flow.ts';
import { effectKey } from './effect-key.ts';

/** Which outcome the effects belong to. */
export interface EffectRun {
  readonly tenant: string;
  readonly flow: string;
  /** When the outcome came about, the same for every run. */
  readonly at: number;
  /** The version, the key and the round of the instance; or the event, for flows that keep no instance. */
  readonly instance: readonly string[];
  readonly signal: AbortSignal;
}

/** One effect to run. Running it again with the same key has no second effect. */
export interface EffectCall<E extends Effect = Effect> extends Pick<EffectRun, 'tenant' | 'flow' | 'at' | 'signal'> {
  readonly effect: E;
  readonly key: string;
}

/** How each kind of effect is run. */
export type EffectRunners = {
  readonly [K in Effect['kind']]: (call: EffectCall<Extract<Effect, { kind: K }>>) => Promise<void>;
};

export interface CarryOutDeps {
  readonly variables: Variables;
  readonly runners: EffectRunners;
}

export type CarryOut = (outcome: Pick<Outcome, 'changes' | 'effects'>, run: EffectRun) => Promise<void>;

/** Sets the variables of an outcome, then runs its effects. An effect that fails does not stop the others. */
export const createCarryOut =
  ({ variables, runners }: CarryOutDeps): CarryOut =>
  async ({ changes, effects }, { instance, ...run }) => {
    if (changes.length > 0) await variables.set(changes as VariableChange[]);
    const failures: unknown[] = [];
    for (const [index, effect] of effects.entries()) {
      run.signal.throwIfAborted();
      const runner = runners[effect.kind] as (call: EffectCall) => Promise<void>;
      const call = { ...run, effect, key: effectKey(run.flow, instance, index) };
      await runner(call).catch((error) => failures.push(error));
    }
    if (failures.length > 0) throw mostTelling(failures);
  };
