import type { Problem } from '@switchboard/events';
import type { ItemResult } from '../answers.ts';
import type { Answer } from '../http/refusals.ts';
import { refusals } from '../http/refusals.ts';

/** What became of one event of a request, in the order of the events. */
export interface EventResult {
  readonly id: string | undefined;
  /** Send `unavailable` events again; `invalid` ones cannot succeed as they are. */
  readonly status: 'accepted' | 'duplicate' | 'invalid' | 'unavailable';
  readonly problems?: readonly Problem[];
}

export function resultOf(result: ItemResult, id: string | undefined): EventResult {
  switch (result.kind) {
    case 'accepted':
    case 'duplicate':
      return { id: result.event.meta.id, status: result.kind };
    case 'unavailable':
      return { id, status: 'unavailable' };
    case 'skipped':
      return { id, status: 'invalid', problems: [{ path: 'type', message: 'is not in the catalogue' }] };
    case 'refused': {
      const { reason, problems, error } = result.refusal;
      return { id, status: 'invalid', problems: problems ?? [{ path: '', message: error ?? refusals[reason].error }] };
    }
  }
}

const RETRY_AFTER_SECONDS = 1;

const isUnavailable = ({ status }: EventResult): boolean => status === 'unavailable';
const isGood = ({ status }: EventResult): boolean => status === 'accepted' || status === 'duplicate';

/** 200 if all are good, 207 if some are not, 503 if none could be stored. */
export function answerToBatch(results: readonly EventResult[]): Answer {
  const status = results.every(isUnavailable) ? 503 : results.every(isGood) ? 200 : 207;
  const wait = results.some(isUnavailable) ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {};
  return { status, body: { results }, ...wait };
}
