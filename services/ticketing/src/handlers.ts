import { type ConsumerContext, type Handler, type Handlers, inEach } from '@switchboard/consumer';
import type { EventType } from '@switchboard/events';
import {
  type Connection,
  type Connections,
  createSystems,
  openForService,
  type System,
  type Systems,
  targetOptions,
} from '@switchboard/systems';
import type { TicketingConfig } from './config.ts';
import { connectionOfVariables } from './connection-of-variables.ts';
import { createConversations } from './conversations.ts';
import { helpdeskKinds } from './kinds.ts';
import { onConversationEnded } from './on-conversation-ended.ts';
import { onConversationEscalated } from './on-conversation-escalated.ts';
import { onTicketUpdated } from './on-ticket-updated.ts';
import { createMemory, type HashStore } from './once.ts';
import { MAX_RESPONSE_BYTES, openHelpdesk } from './open-helpdesk.ts';

export interface HelpdeskContext extends Pick<ConsumerContext<TicketingConfig>, 'publish' | 'target'> {
  readonly config: TicketingConfig;
  readonly redis: HashStore;
}
type Context = HelpdeskContext & Pick<ConsumerContext<TicketingConfig>, 'logger' | 'metrics' | 'onStop'>;

/** The handlers of the service, for the helpdesks of all tenants. */
export async function handlers(context: Context): Promise<Handlers> {
  const shared = connectionOfVariables(context.config);
  const connections = await openForService(context, helpdeskKinds, shared && { helpdesk: shared });
  const helpdesks = openHelpdesks(context, connections);
  context.onStop('helpdesks', helpdesks.close);
  return handlersOf(helpdesks);
}

type OpenHelpdesk = ReturnType<typeof handlersIn>;

/** The helpdesks of tenants, each with the handlers of its events. */
export const openHelpdesks = (
  context: HelpdeskContext,
  connections: Pick<Connections, 'of' | 'has' | 'all'>,
): Systems<OpenHelpdesk> =>
  createSystems({ connections, role: 'helpdesk', open: (connection) => handlersIn(connection, context) });

function handlersIn(connection: Connection, { config, redis, publish, target: open }: HelpdeskContext) {
  const { name, kind, settings } = connection;
  const target = open({ ...targetOptions(connection), maxResponseBytes: MAX_RESPONSE_BYTES });
  const helpdesk = openHelpdesk(connection, target, config.LOOKUP_LAG_MS);
  const conversations = createConversations(redis, name);
  const botLabel = settings.botLabel ?? config.BOT_LABEL;
  const deps = { helpdesk, memory: createMemory(redis, name), botLabel, scope: scopeOf(connection) };
  const { source = kind } = settings;
  const ended = onConversationEnded(deps);
  return {
    source,
    'conversation.escalated': onConversationEscalated({ ...deps, conversations, publish }),
    'conversation.resolved': ended,
    'conversation.unresolved': ended,
    'ticket.updated': onTicketUpdated({ conversations, publish, source }),
    close: target.close,
  };
}

/** Two helpdesks of a tenant may be in one account, where look-ups must not find the ticket of the other. */
const scopeOf = ({ tenant, name }: Connection): string | undefined => (tenant === undefined ? undefined : name);

/** Each event goes to the helpdesks of its tenant; what comes from a helpdesk, to the one that it comes from. */
export function handlersOf(helpdesks: Pick<Systems<OpenHelpdesk>, 'of'>): Handlers {
  type Chosen = readonly System<OpenHelpdesk>[];
  const inHelpdesks =
    <T extends EventType>(
      handlerOf: (helpdesk: OpenHelpdesk) => Handler<T>,
      choose = (all: Chosen, _source: string): Chosen => all,
    ): Handler<T> =>
    (event, context) => {
      const all = helpdesks.of(event.meta.tenant);
      const chosen = choose(all, event.meta.source);
      const none = all.length > 0 ? 'other_source' : 'no_helpdesk';
      return inEach(context, chosen, none, ({ system }, context) => handlerOf(system)(event, context));
    };
  return {
    'conversation.escalated': inHelpdesks((helpdesk) => helpdesk['conversation.escalated']),
    'conversation.resolved': inHelpdesks((helpdesk) => helpdesk['conversation.resolved']),
    'conversation.unresolved': inHelpdesks((helpdesk) => helpdesk['conversation.unresolved']),
    'ticket.updated': inHelpdesks(
      (helpdesk) => helpdesk['ticket.updated'],
      (all, source) => all.filter(({ system }) => system.source === source),
    ),
  };
}
