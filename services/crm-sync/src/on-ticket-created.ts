import type { Handler } from '@switchboard/consumer';
import type { Conversations } from './conversations.ts';
import type { Crm } from './crm.ts';
import { createNote, TICKET_OPENED } from './note.ts';
import { normaliseEmail, oneLine } from './text.ts';

interface Deps {
  crm: Crm;
  conversations: Pick<Conversations, 'putTicket'>;
}

/** Longer links are left out. */
const MOST_LINK = 500;
/** The source of the tickets that the chatbot's escalations lead to. */
const OURS = 'ticketing';

/**
 * Adds the ticket to the note of the escalation that it was opened for, or leaves it to the escalation if that has not
 * written its note yet. If the CRM cannot change notes, or lost the note, the ticket gets a short note of its own.
 */
export function onTicketCreated({ crm, conversations }: Deps): Handler<'ticket.created'> {
  return async ({ meta, conversationId, email, ...ticket }, { idempotencyKey, signal, skip }) => {
    if (meta.source !== OURS || conversationId === null) return skip('not_escalated');
    const address = normaliseEmail(email, crm.longestAddress);
    if (address === undefined) return skip(email?.trim() ? 'invalid_email' : 'no_email');
    const number = oneLine(ticket.ticketNumber ?? ticket.ticketId, 200) ?? '';
    const link = (ticket.url ?? '').length > MOST_LINK ? undefined : oneLine(ticket.url, MOST_LINK);
    const line = `Ticket ${number}${link === undefined ? '' : `: ${link}`}`;
    if (crm.addToNote !== undefined) {
      const key = await conversations.putTicket(meta.tenant, conversationId, line);
      if (key === undefined || (await crm.addToNote(key, line, signal))) return;
    }
    const contact = await crm.saveContact({ email: address }, undefined, signal);
    const facts = { Ticket: number, Link: link ?? null, Conversation: conversationId };
    const note = createNote({ idempotencyKey, at: meta.occurredAt, title: TICKET_OPENED, summary: null, facts });
    await crm.saveNote(contact, note, signal);
  };
}
