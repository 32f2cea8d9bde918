import type { Handler } from '@switchboard/consumer';
import { endFacts } from './facts.ts';
import type { Helpdesk } from './helpdesk.ts';
import { TICKET_SOLVED } from './on-ticket-updated.ts';
import type { Memory } from './once.ts';
import { originOf } from './origin.ts';
import { labelSpeakers } from './speakers.ts';
import { readTicket } from './ticket-record.ts';

interface Deps {
  helpdesk: Pick<Helpdesk, 'findTickets' | 'hasComment' | 'addComment' | 'commentLagMs' | 'takesComments'>;
  memory: Memory;
  /** The name of the chatbot in transcripts. */
  botLabel: string;
  /** The connection, if it is of one tenant. */
  scope?: string | undefined;
}

/** Adds a note to the conversation's ticket. If there are several, the newest is the active one. */
export function onConversationEnded({
  helpdesk,
  memory,
  botLabel,
  scope,
}: Deps): Handler<'conversation.resolved' | 'conversation.unresolved'> {
  return async (event, context) => {
    const { signal } = context;
    if ('resolution' in event && event.resolution === TICKET_SOLVED) return context.skip('solved_in_helpdesk');
    if (helpdesk.takesComments === false) return context.skip('no_comments');
    const origin = originOf(event, scope);
    const { conversation } = origin;
    const latest = await memory.recall(conversation, 'latest ticket');
    const found = latest === undefined ? (await helpdesk.findTickets(origin, signal))[0] : readTicket(latest);
    if (found === undefined) return context.skip('no_ticket');
    const ticket = found.id;
    const note = { origin, facts: endFacts(event), transcript: labelSpeakers(event.transcript, botLabel) };
    const outcome = await memory.once({
      conversation,
      field: origin.event,
      lagMs: helpdesk.commentLagMs,
      find: async () => ((await helpdesk.hasComment(ticket, origin, signal)) ? 'added' : undefined),
      create: async () => ((await helpdesk.addComment(ticket, note, signal)) ? 'added' : 'refused'),
    });
    if (outcome === 'refused') context.skip('ticket_closed');
  };
}
