import type { TranscriptEntry } from '@switchboard/events';
import { oneLine, plainText } from './text.ts';

/** A message of the conversation, as plain text. */
export interface Message {
  speaker: string;
  /** `2026-01-15 10:24:48`, in UTC; empty if unknown. */
  time: string;
  text: string;
}

const ROLES: readonly (readonly [speaker: string, roles: readonly string[]])[] = [
  ['Customer', ['user', 'customer', 'visitor', 'contact', 'end_user', 'end-user']],
  ['Chatbot', ['bot', 'assistant', 'ai', 'chatbot']],
  ['Agent', ['agent', 'human', 'operator', 'admin']],
  ['System', ['system']],
];
const SPEAKERS = new Map(ROLES.flatMap(([speaker, roles]) => roles.map((role) => [role, speaker] as const)));

const MOST_TEXT = 2_000;
const MOST_QUOTE = 500;

export const messagesOf = (transcript: readonly TranscriptEntry[]): Message[] =>
  transcript.map(({ role, text, timestamp }) => ({
    speaker: SPEAKERS.get(role.trim().toLowerCase()) ?? oneLine(role, 40) ?? 'Unknown',
    time: timeOf(timestamp),
    text: plainText(text, MOST_TEXT) || '(no text)',
  }));

/** The first question, the last answer and the outcome, for a conversation without a summary. */
export function summaryOf(messages: readonly Message[], outcome: string): string {
  const question = messages.find(({ speaker }) => speaker === 'Customer');
  const answer = messages.findLast(({ speaker }) => speaker === 'Chatbot' || speaker === 'Agent');
  if (question === undefined && answer === undefined) return '';
  return [
    question && `First question: ${oneLine(question.text, MOST_QUOTE)}`,
    answer && `Last answer: ${oneLine(answer.text, MOST_QUOTE)}`,
    `Outcome: ${outcome}`,
  ]
    .filter((line) => line !== undefined)
    .join('\n');
}

/** Messages with the middle left out. */
export interface Excerpt {
  head: readonly Message[];
  /** How many messages are left out between the two. */
  omitted: number;
  tail: readonly Message[];
}

/**
 * The messages that fit into `room`: as many as possible, twice as many from the end, where the outcome is, as from the
 * beginning.
 */
export function fitMessages(messages: readonly Message[], room: number, sizeOf: (message: Message) => number): Excerpt {
  const sizes = messages.map(sizeOf);
  let [head, tail, used] = [0, 0, 0];
  while (head + tail < sizes.length) {
    const fromHead = head * 2 <= tail;
    used += sizes[fromHead ? head : sizes.length - 1 - tail] ?? 0;
    if (used > room) break;
    if (fromHead) head += 1;
    else tail += 1;
  }
  return {
    head: messages.slice(0, head),
    omitted: messages.length - head - tail,
    tail: messages.slice(messages.length - tail),
  };
}

export const omission = (count: number): string => `… ${count} ${count === 1 ? 'message' : 'messages'} left out …`;

function timeOf(timestamp: number | null): string {
  const date = new Date(timestamp ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 19).replace('T', ' ');
}
