import type { Handler } from '@switchboard/consumer';
import type { EventOf } from '@switchboard/events';
import type { Conversations } from './conversations.ts';
import { escalationFacts } from './facts.ts';
import type { Helpdesk, NewTicket } from './helpdesk.ts';
import type { Memory } from './once.ts';
import { originOf } from './origin.ts';
import { oneLine, plainText } from './plain-text.ts';
import { labelSpeakers } from './speakers.ts';
import { ticketCreated } from './ticket-created.ts';
import { readTicket, writeTicket } from './ticket-record.ts';

interface Deps {
  helpdesk: Pick<Helpdesk, 'findTickets' | 'createTicket' | 'ticketLagMs'>;
  memory: Pick<Memory, 'once'>;
  conversations: Pick<Conversations, 'put'>;
  /** The name of the chatbot in transcripts. */
  botLabel: string;
  /** The connection, if it is of one tenant. */
  scope?: string | undefined;
  publish(event: EventOf<'ticket.created'>): Promise<void>;
}

/**
 * Creates one ticket for each escalation, and announces it. A conversation that is escalated again gets another one.
 */
export function onConversationEscalated({
  helpdesk,
  memory,
  conversations,
  botLabel,
  scope,
  publish,
}: Deps): Handler<'conversation.escalated'> {
  return async (event, { signal }) => {
    const ticket = ticketFor(event, botLabel, scope);
    const { origin } = ticket;
    const stored = await memory.once({
      conversation: origin.conversation,
      field: origin.event,
      also: 'latest ticket',
      lagMs: helpdesk.ticketLagMs,
      async find() {
        const tickets = await helpdesk.findTickets(origin, signal);
        const found = tickets.find(({ reference }) => reference.includes(origin.event));
        return found && writeTicket(found);
      },
      create: async () => writeTicket(await helpdesk.createTicket(ticket, signal)),
    });
    const record = readTicket(stored);
    await conversations.put(event.meta.tenant, record.id, event);
    await publish(ticketCreated(event, ticket, record, Date.now()));
  };
}

const LOW_CONFIDENCE = 0.3;
const SUBJECT_LIMIT = 150;

export function ticketFor(event: EventOf<'conversation.escalated'>, botLabel: string, scope?: string): NewTicket {
  const { intent, reason, confidence, sessionDuration, transcript } = event;
  const origin = originOf(event, scope);
  const urgent = (confidence !== null && confidence < LOW_CONFIDENCE) || reason === 'customer_frustrated';
  return {
    origin,
    subject: `[Chatbot Escalation] ${oneLine(intent ?? '', SUBJECT_LIMIT - 30) || 'unknown'}`,
    priority: urgent ? 'high' : 'normal',
    tags: ['chatbot-escalation', ...tagsOf(intent)],
    fields: {
      conversation_id: origin.conversationId,
      escalation_reason: reason && oneLine(reason, 250),
      ai_confidence: confidence,
      session_duration: sessionDuration,
    },
    facts: escalationFacts(event),
    transcript: labelSpeakers(transcript, botLabel),
  };
}

/** Freshdesk accepts 32 characters. Zendesk accepts no spaces and few special characters. */
function tagsOf(intent: string | null): string[] {
  const words =
    plainText(intent ?? '')
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}_]+/gu) ?? [];
  const tag = Array.from(words.join('-')).slice(0, 32).join('').replace(/^-|-$/g, '');
  return tag === '' ? [] : [tag];
}
