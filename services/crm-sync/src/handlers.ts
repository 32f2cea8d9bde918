import type { Handlers } from '@switchboard/consumer';
import { createConversations } from './conversations.ts';
import { readLeadCondition } from './lead-condition.ts';
import { createNewestInteractions, type ScriptRunner } from './newest.ts';
import { onConversationEscalated } from './on-conversation-escalated.ts';
import { onConversationResolved } from './on-conversation-resolved.ts';
import { onConversationUnresolved } from './on-conversation-unresolved.ts';
import { onLeadCaptured } from './on-lead-captured.ts';
import { onTicketCreated } from './on-ticket-created.ts';
import { type CrmContext, openCrm } from './open-crm.ts';
import { createRecorder } from './recorder.ts';

/** The handlers of the service. */
export function handlers(context: CrmContext & { redis: ScriptRunner }): Handlers {
  const newest = createNewestInteractions(context.redis, context.config.CRM);
  const crm = openCrm(context);
  const conversations = createConversations(context.redis, context.config.CRM);
  const record = createRecorder({ crm, newest, conversations });
  return {
    'conversation.escalated': onConversationEscalated({ record }),
    'conversation.resolved': onConversationResolved({ record }),
    'conversation.unresolved': onConversationUnresolved({ record }),
    'lead.captured': onLeadCaptured({ record, isWanted: readLeadCondition(context.config.LEAD_CONDITION) }),
    'ticket.created': onTicketCreated({ crm, conversations }),
  };
}
