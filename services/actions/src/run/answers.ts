import { pickText } from '../registry/texts.ts';
import { type Answer, type Refusal, refused } from './answer.ts';
import type { Outcome } from './outcome.ts';

/** The same for what is not there and what is not the caller's. */
export const NOTHING_FOUND: Refusal = refused('NOT_FOUND', 'Nothing was found for this caller.');
export const UNKNOWN_RUN: Refusal = refused('NOT_FOUND', 'There is no run with this id for this caller.');
export const NO_ANSWER: Refusal = refused(
  'NO_ANSWER',
  'The backend of the action gave no usable answer. Try again later.',
);
export const UNAVAILABLE: Refusal = refused('UNAVAILABLE', 'Try again later.', { retryAfterSeconds: 5 });
const REJECTED: Refusal = refused('INVALID_INPUT', 'The backend of the action does not take this input.');

export function answerOf(runId: string, outcome: Outcome, locales: readonly string[]): Answer {
  switch (outcome.kind) {
    case 'found':
      return { kind: 'done', runId, output: outcome.output, reply: pickText(outcome.texts, locales) };
    case 'not_found':
      return NOTHING_FOUND;
    case 'rejected':
      return REJECTED;
    case 'failed':
      return NO_ANSWER;
  }
}
