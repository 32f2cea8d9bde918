import type { EventOf } from '@switchboard/events';
import type { NewTicket } from './helpdesk.ts';
import type { TicketRecord } from './ticket-record.ts';

/** The source of the events that the service publishes. */
export const SOURCE = 'ticketing';
/** Flows count in `extra` how many of them an event has passed through. */
const FLOWS_SOURCE = 'flows';

/**
 * The event that announces the ticket of an escalation. Its id follows from the escalation, so consumers handle a
 * repeat once. It carries on the hops of an escalation that a flow published, so that flows notice a circle.
 */
export function ticketCreated(
  { meta, conversationId, userId, customer, intent, channel, locale }: EventOf<'conversation.escalated'>,
  { origin, subject, priority, tags }: Pick<NewTicket, 'origin' | 'subject' | 'priority' | 'tags'>,
  { id, number, url }: TicketRecord,
  now: number,
): EventOf<'ticket.created'> {
  return {
    meta: {
      id: `ticket-of-${origin.event}`,
      source: SOURCE,
      tenant: meta.tenant,
      type: 'ticket.created',
      occurredAt: now,
      receivedAt: now,
      extra: meta.source === FLOWS_SOURCE ? meta.extra : null,
    },
    ticketId: id,
    ticketNumber: number ?? null,
    conversationId,
    userId,
    email: customer?.email ?? null,
    phone: customer?.phone ?? null,
    customerName: customer?.name ?? null,
    subject,
    description: null,
    status: null,
    priority,
    category: intent,
    tags,
    channel,
    agentName: null,
    team: null,
    url: url ?? null,
    createdAt: now,
    locale,
  };
}
