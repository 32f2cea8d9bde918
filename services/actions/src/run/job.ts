import type { Caller } from '@switchboard/callers';
import type { Action } from '../registry/action.ts';
import type { Outcome } from './outcome.ts';
import type { Input } from './perform.ts';

/** A run in this process. Times are those of performance.now(). */
export interface Job {
  readonly id: string;
  readonly action: Action;
  readonly caller: Caller;
  readonly input: Input;
  readonly inputHash: string;
  readonly conversationId: string | undefined;
  readonly startedAt: number;
  /** When the caller is answered at the latest. */
  readonly answerBy: number;
  /** When it is given up. */
  readonly deadlineAt: number;
  readonly controller: AbortController;
  /** Whether it is tried until the deadline: nobody waits for its answer. */
  patient: boolean;
  /** Whether its result follows as a message. */
  followUp: boolean;
  /** Whether it has a row. */
  stored: boolean;
}

/** The message and the audit of a run. */
export interface Ended extends Pick<Job, 'id' | 'caller' | 'inputHash' | 'conversationId'> {
  readonly action: string;
  readonly outcome: Outcome;
  readonly ms: number;
}
