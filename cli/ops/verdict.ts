import type { Lag } from './service-lag.ts';
import { counted } from './table.ts';
import { asDuration } from './times.ts';

export type VerdictState = 'down' | 'paused' | 'behind' | 'waiting' | 'ok';

/** How a service is, in a word and a line. */
export interface Verdict {
  readonly state: VerdictState;
  readonly text: string;
}

/** As the alert ConsumerLagSeconds. */
const LATE_SECONDS = 60;

export function verdictOf({ members, pause, sources, chain, unavailable, deadLetters }: Lag): Verdict {
  const waiting = sources.reduce((sum, { records }) => sum + records, 0);
  const oldest = sources.reduce((most, { seconds }) => Math.max(most, seconds), 0);
  const retryTopics = chain.filter(({ isWaiting }) => !isWaiting);
  const parked = chain.reduce((sum, { isWaiting, records }) => sum + (isWaiting ? records : 0), 0);
  const retries = retryTopics.reduce((sum, { records }) => sum + records, 0);
  const overdue = retryTopics.reduce(
    (most, { records, overdueSeconds }) => Math.max(most, records && overdueSeconds),
    0,
  );
  const rest = [
    ...(waiting > 0 ? [`${waiting.toLocaleString('en')} wait, the oldest for ${asDuration(oldest)}`] : []),
    ...(retries > 0 ? [`${retries.toLocaleString('en')} wait for a retry`] : []),
    ...(parked > 0 ? [`${parked.toLocaleString('en')} wait for an outside system`] : []),
    ...(deadLetters === null || deadLetters > 0
      ? [deadLetters === null ? 'dead letters unknown' : counted(deadLetters, 'dead letter')]
      : []),
  ];
  const verdict = (state: VerdictState, head: string): Verdict => ({ state, text: [head, ...rest].join(' · ') });
  if (members === 0) return verdict('down', 'DOWN: nothing of it runs');
  if (pause !== null) return verdict('paused', `PAUSED ${asDuration(pause.seconds)}: ${pause.why || pause.by}`);
  if (oldest > LATE_SECONDS) return verdict('behind', 'BEHIND');
  if (overdue > LATE_SECONDS) return verdict('behind', `BEHIND: retries are due for ${asDuration(overdue)}`);
  const [longest, ...others] = unavailable;
  if (longest === undefined) return verdict('ok', 'ok');
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const head = `WAITING ${asDuration(longest.seconds)}: ${longest.connection}${more} unavailable, see \`connections\``;
  return verdict('waiting', head);
}

const ORDER: readonly VerdictState[] = ['down', 'paused', 'behind', 'waiting', 'ok'];

/** What needs somebody comes first. */
export const byVerdict = (one: { verdict: Verdict }, other: { verdict: Verdict }): number =>
  ORDER.indexOf(one.verdict.state) - ORDER.indexOf(other.verdict.state);
