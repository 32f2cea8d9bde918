import type { Handlers } from '@switchboard/consumer';
import type { AnyEvent } from '@switchboard/events';
import { createConversations } from './conversations.ts';
import { onConversationEnded } from './on-conversation-ended.ts';
import { onConversationEscalated } from './on-conversation-escalated.ts';
import { onTicketUpdated } from './on-ticket-updated.ts';
import { createMemory, type HashStore } from './once.ts';
import { type HelpdeskContext, openHelpdesk } from './open-helpdesk.ts';

interface Context extends HelpdeskContext {
  redis: HashStore;
  /** Available once the service has started. */
  publish(event: AnyEvent): Promise<void>;
}

/** The handlers of the service. */
export function handlers(context: Context): Handlers {
  const helpdesk = openHelpdesk(context);
  const memory = createMemory(context.redis, helpdesk.name);
  const conversations = createConversations(context.redis, helpdesk.name);
  const { publish } = context;
  const deps = { helpdesk, memory, botLabel: context.config.BOT_LABEL };
  return {
    'conversation.escalated': onConversationEscalated({ ...deps, conversations, publish }),
    'conversation.resolved': onConversationEnded(deps),
    'conversation.unresolved': onConversationEnded(deps),
    'ticket.updated': onTicketUpdated({
      conversations,
      publish,
      source: context.config.HELPDESK_SOURCE ?? helpdesk.name,
    }),
  };
}
