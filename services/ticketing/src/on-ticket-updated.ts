import { createHash } from 'node:crypto';
import type { Handler } from '@switchboard/consumer';
import { type AnyEvent, type EventOf, identityOf } from '@switchboard/events';
import type { Conversation, Conversations } from './conversations.ts';
import { isOurs } from './origin.ts';
import { SOURCE } from './ticket-created.ts';

interface Deps {
  conversations: Pick<Conversations, 'of'>;
  publish(event: AnyEvent): Promise<void>;
  /** The source that the helpdesk's webhooks come from. Ticket ids of other systems mean other tickets. */
  source: string;
  now?: () => number;
}

type Updated = EventOf<'ticket.updated'>;

const SOLVED = ['solved', 'resolved', 'closed', 'done'];
/** Says that agents solved the ticket, so that its end needs no note there. */
export const TICKET_SOLVED = 'ticket_solved';
const ANSWER_EXPIRES_AFTER_MS = 3 * 24 * 3_600_000;

/** Brings what agents do in the helpdesk back to the conversation: their public answers, and its end. */
export function onTicketUpdated({ conversations, publish, source, now = Date.now }: Deps): Handler<'ticket.updated'> {
  return async (event, { skip }) => {
    if (event.meta.source !== source) return skip('other_source');
    const conversation = await conversations.of(event.meta.tenant, event.ticketId);
    if (conversation === undefined) return skip('unknown_ticket');
    const events = [answerIn(event, conversation, now()), endIn(event, conversation, now())].filter(
      (event) => event !== undefined,
    );
    if (events.length === 0) return skip('nothing_to_pass_on');
    for (const event of events) await publish(event);
  };
}

/** The agent's answer as a message to the person, who asked for it. */
function answerIn(event: Updated, { userId, conversationId, locale }: Conversation, now: number) {
  const { comment, isPublic, authorRole } = event;
  if (isPublic !== true || authorRole !== 'agent' || !comment?.trim() || userId === null) return undefined;
  if (isOurs(comment)) return undefined;
  return {
    meta: metaOf(event, 'message.requested', `answer-${digest(identityOf(event.meta))}`, now),
    userId,
    conversationId,
    title: null,
    texts: { [locale ?? 'en']: comment },
    about: `ticket:${event.ticketId}`,
    solicited: true,
    urgent: false,
    expiresAt: now + ANSWER_EXPIRES_AFTER_MS,
  } satisfies EventOf<'message.requested'>;
}

/**
 * The end of the conversation, once for each ticket. A webhook that names the conversation brings its end itself.
 */
function endIn(event: Updated, conversation: Conversation, now: number) {
  const { status, previousStatus, meta, ticketId, conversationId } = event;
  const isSolved = (text: string | null): boolean => SOLVED.includes(text?.toLowerCase() ?? '');
  if (conversationId || !isSolved(status) || isSolved(previousStatus)) return undefined;
  return {
    ...conversation,
    meta: metaOf(event, 'conversation.resolved', `solved-${digest(JSON.stringify([meta.tenant, ticketId]))}`, now),
    resolution: TICKET_SOLVED,
    resolvedBy: event.agentName ?? 'agent',
    summary: null,
    messageCount: null,
    sessionDuration: null,
    rating: null,
    transcript: [],
  } satisfies EventOf<'conversation.resolved'>;
}

const metaOf = <T extends AnyEvent['meta']['type']>({ meta }: Updated, type: T, id: string, now: number) => ({
  id,
  source: SOURCE,
  tenant: meta.tenant,
  type,
  occurredAt: meta.occurredAt,
  receivedAt: now,
  extra: null,
});

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);
