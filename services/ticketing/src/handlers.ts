import type { Handlers } from '@switchboard/consumer';
import type { AnyEvent } from '@switchboard/events';
import { onConversationEnded } from './on-conversation-ended.ts';
import { onConversationEscalated } from './on-conversation-escalated.ts';
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
  const deps = { helpdesk, memory, botLabel: context.config.BOT_LABEL };
  return {
    'conversation.escalated': onConversationEscalated({ ...deps, publish: context.publish }),
    'conversation.resolved': onConversationEnded(deps),
    'conversation.unresolved': onConversationEnded(deps),
  };
}
