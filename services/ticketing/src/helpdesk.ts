import type { TranscriptEntry } from '@switchboard/events';
import type { Origin } from './origin.ts';

/** An outside system that keeps tickets; what it throws are the errors of its target. */
export interface Helpdesk {
  readonly name: string;
  /**
   * How long after a create without an answer `findTickets` may still miss the ticket; 0 where a repeated create makes
   * no second one.
   */
  readonly ticketLagMs: number;
  /** How long after a comment without an answer `hasComment` may still miss it. */
  readonly commentLagMs: number;
  /** Those of the conversation, newest first. */
  findTickets(origin: Origin, signal: AbortSignal): Promise<FoundTicket[]>;
  /** @returns its id */
  createTicket(ticket: NewTicket, signal: AbortSignal): Promise<string>;
  hasComment(ticketId: string, origin: Origin, signal: AbortSignal): Promise<boolean>;
  /** For agents only. @returns false when the ticket takes none: it is deleted, or closed for good. */
  addComment(ticketId: string, comment: Note, signal: AbortSignal): Promise<boolean>;
}

export interface FoundTicket {
  readonly id: string;
  /** Holds the `event` of the origin that it was made for. */
  readonly reference: string;
}

/** What an agent sees. */
export interface Note {
  readonly origin: Origin;
  readonly facts: Fact[];
  readonly transcript: readonly TranscriptEntry[];
}

/** The label is ours, the value may be anybody's: both are plain text on one line. */
export interface Fact {
  readonly label: string;
  readonly value: string;
}

export interface NewTicket extends Note {
  readonly subject: string;
  readonly priority: 'high' | 'normal';
  readonly tags: string[];
  readonly fields: TicketFields;
}

/** Custom fields; what is not known is null. */
export interface TicketFields {
  readonly conversation_id: string;
  readonly escalation_reason: string | null;
  readonly ai_confidence: number | null;
  readonly session_duration: number | null;
}

/** What the operator calls each field: an id or a name; a field without one is not sent. */
export type FieldNames = { readonly [Name in keyof TicketFields]?: string | undefined };

/** The fields that have both a name and a value. */
export function namedFields(fields: TicketFields, names: FieldNames): [name: string, value: string | number][] {
  return Object.entries(fields).flatMap(([field, value]): [string, string | number][] => {
    const name = names[field as keyof TicketFields];
    return name === undefined || value === null ? [] : [[name, value]];
  });
}
