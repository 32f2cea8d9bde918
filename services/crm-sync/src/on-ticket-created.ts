import type { Handler } from '@switchboard/consumer';
import type { Conversations } from './conversations.ts';
import type { Crm } from './crm.ts';
import { createNote } from './note.ts';
import { normaliseEmail, oneLine } from './text.ts';

interface Deps {
  crm: Crm;
  conversations: Pick<Conversations, 'noteOf'>;
  now?: () => number;
}

/** The conversation's note is not there yet: its event is in a topic of its own, and may be retried. */
export class NoteNotThereError extends Error {
  override readonly name = 'NoteNotThereError';
  readonly code = 'NOTE_NOT_THERE';
  readonly retryAfterMs = 5_000;
}

/** How long to wait for the note of the escalation, so that the ticket comes after it. */
export const NOTE_WAIT_MS = 120_000;
/** Longer links are left out. */
const MOST_LINK = 500;
/** The source of the tickets that the chatbot's escalations lead to. */
const OURS = 'ticketing';

/**
 * Adds the ticket to the note of the escalation that it was opened for. If the CRM cannot change notes, or lost the
 * note, the ticket gets a short note of its own.
 */
export function onTicketCreated({ crm, conversations, now = Date.now }: Deps): Handler<'ticket.created'> {
  return async ({ meta, conversationId, email, ...ticket }, { idempotencyKey, signal, skip }) => {
    if (meta.source !== OURS || conversationId === null) return skip('not_escalated');
    const address = normaliseEmail(email, crm.longestAddress);
    if (address === undefined) return skip(email?.trim() ? 'invalid_email' : 'no_email');
    const key = await conversations.noteOf(meta.tenant, conversationId);
    if (key === undefined && now() < meta.receivedAt + NOTE_WAIT_MS) {
      throw new NoteNotThereError("the note of the ticket's conversation is not there yet");
    }
    const number = oneLine(ticket.ticketNumber ?? ticket.ticketId, 200) ?? '';
    const link = (ticket.url ?? '').length > MOST_LINK ? undefined : oneLine(ticket.url, MOST_LINK);
    const line = `Ticket ${number}${link === undefined ? '' : `: ${link}`}`;
    if (key !== undefined && (await crm.addToNote?.(key, line, signal))) return;
    const contact = await crm.saveContact({ email: address }, undefined, signal);
    const facts = { Ticket: number, Link: link ?? null, Conversation: conversationId };
    const title = 'A ticket was opened for the conversation';
    await crm.saveNote(
      contact,
      createNote({ idempotencyKey, at: meta.occurredAt, title, summary: null, facts }),
      signal,
    );
  };
}
