import type { Handlers } from '@switchboard/consumer';
import { createNewestInteractions, type ScriptRunner } from './newest.ts';
import { onConversationEscalated } from './on-conversation-escalated.ts';
import { onConversationResolved } from './on-conversation-resolved.ts';
import { onConversationUnresolved } from './on-conversation-unresolved.ts';
import { onLeadCaptured } from './on-lead-captured.ts';
import { type CrmContext, openCrm } from './open-crm.ts';
import { createRecorder } from './recorder.ts';

/** The handlers of the service. */
export function handlers(context: CrmContext & { redis: ScriptRunner }): Handlers {
  const newest = createNewestInteractions(context.redis, context.config.CRM);
  const record = createRecorder({ crm: openCrm(context), newest });
  return {
    'conversation.escalated': onConversationEscalated({ record }),
    'conversation.resolved': onConversationResolved({ record }),
    'conversation.unresolved': onConversationUnresolved({ record }),
    'lead.captured': onLeadCaptured({ record }),
  };
}
