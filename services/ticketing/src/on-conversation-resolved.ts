import type { Handler } from '@switchboard/kafka';
import { resolutionFacts } from './facts.ts';
import type { Helpdesk } from './helpdesk.ts';
import type { Memory } from './once.ts';
import { originOf } from './origin.ts';

interface Deps {
  helpdesk: Pick<Helpdesk, 'findTickets' | 'hasComment' | 'addComment' | 'commentLagMs'>;
  memory: Memory;
}

/** A note on the conversation's ticket, of several on the newest: that is the one somebody works on. */
export function onConversationResolved({ helpdesk, memory }: Deps): Handler<'conversation.resolved'> {
  return async (event, context) => {
    const { signal } = context;
    const origin = originOf(event);
    const { conversation } = origin;
    const ticket =
      (await memory.recall(conversation, 'latest ticket')) ?? (await helpdesk.findTickets(origin, signal))[0]?.id;
    if (ticket === undefined) return context.skip('no_ticket');
    const note = { origin, facts: resolutionFacts(event), transcript: event.transcript };
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
