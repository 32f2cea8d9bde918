import { type ConsumerContext, type Handler, type Handlers, inEach } from '@switchboard/consumer';
import type { EventType } from '@switchboard/events';
import { type Connection, type Connections, createSystems, openForService, type Systems } from '@switchboard/systems';
import type { CrmSyncConfig } from './config.ts';
import { connectionOfVariables } from './connection-of-variables.ts';
import { createConversations } from './conversations.ts';
import { crmKinds } from './kinds.ts';
import { readLeadCondition } from './lead-condition.ts';
import { createNewestInteractions, type ScriptRunner } from './newest.ts';
import { onConversationEscalated } from './on-conversation-escalated.ts';
import { onConversationResolved } from './on-conversation-resolved.ts';
import { onConversationUnresolved } from './on-conversation-unresolved.ts';
import { onLeadCaptured } from './on-lead-captured.ts';
import { onTicketCreated } from './on-ticket-created.ts';
import { connectCrm, type OpenTarget } from './open-crm.ts';
import { createRecorder } from './recorder.ts';

type Context = Pick<ConsumerContext<CrmSyncConfig>, 'logger' | 'metrics' | 'onStop'> & CrmContext;

export interface CrmContext {
  readonly config: CrmSyncConfig;
  readonly redis: ScriptRunner;
  readonly target: OpenTarget;
}

/** The handlers of the service, for the CRMs of all tenants. */
export async function handlers(context: Context): Promise<Handlers> {
  const shared = connectionOfVariables(context.config);
  const crms = openCrms(context, await openForService(context, crmKinds, shared && { crm: shared }));
  context.onStop('crms', crms.close);
  return handlersOf(crms);
}

type OpenCrm = ReturnType<typeof handlersIn>;

/** The CRMs of tenants, each with the handlers of its events. */
export const openCrms = (context: CrmContext, connections: Pick<Connections, 'of' | 'has' | 'all'>): Systems<OpenCrm> =>
  createSystems({ connections, role: 'crm', open: (connection) => handlersIn(connection, context) });

function handlersIn(connection: Connection, { config, redis, target }: CrmContext) {
  const crm = connectCrm(connection, { target, neutralise: config.NEUTRALISE_FORMULAS });
  const newest = createNewestInteractions(redis, connection.name);
  const conversations = createConversations(redis, connection.name);
  const record = createRecorder({ crm, newest, conversations });
  const isWanted = readLeadCondition(connection.settings.leadCondition ?? config.LEAD_CONDITION);
  return {
    'conversation.escalated': onConversationEscalated({ record }),
    'conversation.resolved': onConversationResolved({ record }),
    'conversation.unresolved': onConversationUnresolved({ record }),
    'lead.captured': onLeadCaptured({ record, isWanted }),
    'ticket.created': onTicketCreated({ crm, conversations }),
    close: crm.close,
  };
}

/** Each event goes to the CRMs of its tenant. */
export function handlersOf(crms: Pick<Systems<OpenCrm>, 'of'>): Handlers {
  const inCrms =
    <T extends EventType>(handlerOf: (crm: OpenCrm) => Handler<T>): Handler<T> =>
    (event, context) =>
      inEach(context, crms.of(event.meta.tenant), 'no_crm', ({ system }, context) => handlerOf(system)(event, context));
  return {
    'conversation.escalated': inCrms((crm) => crm['conversation.escalated']),
    'conversation.resolved': inCrms((crm) => crm['conversation.resolved']),
    'conversation.unresolved': inCrms((crm) => crm['conversation.unresolved']),
    'lead.captured': inCrms((crm) => crm['lead.captured']),
    'ticket.created': inCrms((crm) => crm['ticket.created']),
  };
}
