import type { Handlers } from '@switchboard/consumer';
import { onConversationEnded } from './on-conversation-ended.ts';
import { onConversationEscalated } from './on-conversation-escalated.ts';
import { createMemory, type HashStore } from './once.ts';
import { type HelpdeskContext, openHelpdesk } from './open-helpdesk.ts';

/** The handlers of the service. */
export function handlers(context: HelpdeskContext & { redis: HashStore }): Handlers {
  const helpdesk = openHelpdesk(context);
  const memory = createMemory(context.redis, helpdesk.name);
  const deps = { helpdesk, memory, botLabel: context.config.BOT_LABEL };
  return {
    'conversation.escalated': onConversationEscalated(deps),
    'conversation.resolved': onConversationEnded(deps),
    'conversation.unresolved': onConversationEnded(deps),
  };
}
