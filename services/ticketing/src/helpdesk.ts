import type { TranscriptEntry } from '@switchboard/events';
import type { Origin } from './origin.ts';
import type { TicketRecord } from './ticket-record.ts';

/** An outside system that stores tickets. It throws the errors of its target. */
export interface Helpdesk {
  readonly name: string;
  /**
   * How long `findTickets` may miss a ticket after a create without an answer. 0 if a repeated create makes no second
   * ticket.
   */
  readonly ticketLagMs: number;
  /** How long `hasComment` may miss a comment after a request without an answer. */
  readonly commentLagMs: number;
  /** Whether tickets take comments, default true. */
  readonly takesComments?: boolean;
  /** Finds the tickets of the conversation, newest first. */
  findTickets(origin: Origin, signal: AbortSignal): Promise<FoundTicket[]>;
  createTicket(ticket: NewTicket, signal: AbortSignal): Promise<TicketRecord>;
  hasComment(ticketId: string, origin: Origin, signal: AbortSignal): Promise<boolean>;
  /** Adds a comment for agents only. @returns false when the ticket accepts none: it is deleted or closed for good */
  addComment(ticketId: string, comment: Note, signal: AbortSignal): Promise<boolean>;
}

export interface FoundTicket extends TicketRecord {
  /** Contains the `event` of its origin. */
  readonly reference: string;
}

/** The content of a ticket for agents. */
export interface Note {
  readonly origin: Origin;
  readonly facts: Fact[];
  readonly transcript: readonly TranscriptEntry[];
}

/** A label of ours and a value of unknown origin, both plain text on one line. */
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

/** Custom fields. Unknown values are null. */
export interface TicketFields {
  readonly conversation_id: string;
  readonly escalation_reason: string | null;
  readonly ai_confidence: number | null;
  readonly session_duration: number | null;
}

/** The operator's id or name for each field. Fields without one are not sent. */
export type FieldNames = { readonly [Name in keyof TicketFields]?: string | undefined };

/** The fields that have both a name and a value. */
export function namedFields(fields: TicketFields, names: FieldNames): [name: string, value: string | number][] {
  return Object.entries(fields).flatMap(([field, value]): [string, string | number][] => {
    const name = names[field as keyof TicketFields];
    return name === undefined || value === null ? [] : [[name, value]];
  });
}
