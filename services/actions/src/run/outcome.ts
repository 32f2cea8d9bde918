import type { Texts } from '../registry/texts.ts';

/** What one run of an action came to. */
export type Outcome =
  | { readonly kind: 'found'; readonly output: Readonly<Record<string, unknown>>; readonly texts: Texts }
  /** The reason is for operators only: callers cannot tell what is not there from what is not theirs. */
  | { readonly kind: 'not_found'; readonly reason: 'absent' | 'not_yours'; readonly texts: Texts }
  /** The backend, or its path, does not take this input. */
  | { readonly kind: 'rejected'; readonly texts: Texts }
  | Failure;

export interface Failure {
  readonly kind: 'failed';
  /** A fixed word for metrics and logs. */
  readonly reason: string;
  readonly texts: Texts;
  /** Whether another try may succeed. */
  readonly again: boolean;
  readonly retryAfterMs?: number | undefined;
}

/** The word of an outcome in metrics and the audit. */
export type OutcomeName = 'ok' | 'not_found' | 'not_yours' | 'rejected' | 'failed';

export function nameOf(outcome: Outcome): OutcomeName {
  if (outcome.kind === 'found') return 'ok';
  if (outcome.kind !== 'not_found') return outcome.kind;
  return outcome.reason === 'absent' ? 'not_found' : 'not_yours';
}
