import type { TranscriptEntry } from '@switchboard/events';
import { oneLine, plainText, shorten } from './plain-text.ts';

/** The report for an agent, in plain text. A renderer converts it for each helpdesk. */
export interface Report {
  facts: { label: string; value: string }[];
  messages: Message[];
  /** The number of omitted messages, and of the `messages` before them. */
  omitted: { count: number; after: number };
  /** The last line, by which the service finds the ticket or comment again. */
  reference: string;
}

export interface Message {
  speaker: string;
  time: string;
  lines: string[];
}

/** The longest a message may be, from what is pleasant to what fits whatever the messages hold. */
const MESSAGE_LIMITS = [4_000, 1_000, 250];
/** If fewer messages fit, shorter ones are more useful. */
const ENOUGH_MESSAGES = 20;

/**
 * The transcript, oldest first, as far as it fits: long messages lose their middle, long conversations theirs, of which
 * the end, where the chatbot gave up, keeps twice as much as the beginning.
 */
export function fitTranscript<T>(
  { facts, reference }: Pick<Report, 'facts' | 'reference'>,
  transcript: readonly TranscriptEntry[],
  { render, fits }: { render(report: Report): T; fits(rendered: T): boolean },
): T {
  let best: T | undefined;
  for (const limit of MESSAGE_LIMITS) {
    const all = transcript.map((entry) => messageOf(entry, limit));
    const keeping = (kept: number): T => {
      const after = Math.ceil(kept / 3);
      const messages = [...all.slice(0, after), ...all.slice(all.length - (kept - after))];
      return render({ facts, reference, messages, omitted: { count: all.length - kept, after } });
    };
    const kept = largest(all.length, (count) => fits(keeping(count)));
    best = keeping(kept);
    if (kept >= Math.min(all.length, ENOUGH_MESSAGES)) break;
  }
  return best as T;
}

/** `2026-01-15 10:24:48`, in UTC; empty for an invalid time. */
export function timeOf(timestamp: number | null): string {
  const date = new Date(timestamp ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 19).replace('T', ' ');
}

export const omission = (count: number): string => `… ${count} ${count === 1 ? 'message' : 'messages'} left out …`;

function messageOf({ role, text, timestamp }: TranscriptEntry, limit: number): Message {
  const shown = shorten(plainText(text ?? '').trim(), limit);
  return {
    speaker: oneLine(role, 40) || 'Unknown',
    time: timeOf(timestamp),
    lines: shown === '' ? ['(no text)'] : shown.split('\n'),
  };
}

/** The largest count from 0 to `max` for which `holds` is true, if it is true for all smaller counts. */
function largest(max: number, holds: (count: number) => boolean): number {
  let [low, high] = [0, max];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
