import { createHash } from 'node:crypto';
import type { TranscriptEntry } from '@switchboard/events';
import type { Fact, Note } from './crm.ts';
import { oneLine, plainText } from './text.ts';
import { messagesOf, summaryOf } from './transcript.ts';

/** Escaping makes at most six characters of one: ten facts stay below HubSpot's 65,536 and Salesforce's 32,000. */
const MOST_SUMMARY = 8_000;
const MOST_VALUE = 200;

/** The title of the note of a ticket that the escalation's note cannot hold. */
export const TICKET_OPENED = 'A ticket was opened for the conversation';

export interface NoteInput {
  idempotencyKey: string;
  at: number;
  title: string;
  summary: string | null;
  /** What was said, oldest first. */
  transcript?: readonly TranscriptEntry[] | undefined;
  /** How the conversation ended, for the summary of one that has none. */
  outcome?: string | undefined;
  facts: Readonly<Record<string, string | number | null>>;
}

export function createNote({ idempotencyKey, at, title, summary, facts, ...conversation }: NoteInput): Note {
  const { transcript = [], outcome = 'unknown' } = conversation;
  const messages = messagesOf(transcript);
  return {
    // Hashed: the idempotency key can have any length and any characters; this key cannot.
    key: createHash('sha256').update(idempotencyKey).digest('hex'),
    at,
    title,
    summary: plainText(summary, MOST_SUMMARY) || summaryOf(messages, outcome),
    messages,
    facts: Object.entries(facts).flatMap(([label, value]): Fact[] => {
      const line = value === null ? undefined : oneLine(String(value), MOST_VALUE);
      return line === undefined ? [] : [{ label, value: line }];
    }),
  };
}

/** `5 min 12 s` */
export function durationOf(seconds: number | null): string | null {
  if (seconds === null) return null;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** The title of our activities in every CRM. */
export const ACTIVITY = 'chatbot_conversation';
