import type { Handlers } from '@switchboard/kafka';
import { onConversationEscalated } from './on-conversation-escalated.ts';
import { onConversationResolved } from './on-conversation-resolved.ts';
import { createMemory, type HashStore } from './once.ts';
import { type HelpdeskContext, openHelpdesk } from './open-helpdesk.ts';

/** What the service does with its events. */
export function handlers(context: HelpdeskContext & { redis: HashStore }): Handlers {
  const helpdesk = openHelpdesk(context);
  const memory = createMemory(context.redis, helpdesk.name);
  return {
    'conversation.escalated': onConversationEscalated({ helpdesk, memory }),
    'conversation.resolved': onConversationResolved({ helpdesk, memory }),
  };
}
