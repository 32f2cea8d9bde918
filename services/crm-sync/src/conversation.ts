import type { EventOf } from '@switchboard/events';
import { durationOf } from './note.ts';
import type { Visit } from './recorder.ts';
import { oneLine } from './text.ts';

type ConversationEvent = EventOf<'conversation.escalated' | 'conversation.resolved' | 'conversation.unresolved'>;

/** The person and the topic of the conversation. */
export const personOf = ({
  meta,
  conversationId,
  customer,
  intent,
  summary,
  transcript,
}: ConversationEvent): Omit<Visit, 'status' | 'title' | 'facts' | 'outcome'> => ({
  meta,
  conversation: conversationId,
  intent,
  summary,
  transcript,
  email: customer?.email,
  name: customer?.name,
  phone: customer?.phone,
  company: customer?.company,
});

/** The facts at the end of every note on a conversation. */
export const conversationFacts = ({ messageCount, transcript, sessionDuration, ...event }: ConversationEvent) => ({
  Messages: messageCount ?? (transcript.length || null),
  Duration: durationOf(sessionDuration),
  Channel: event.channel,
  Conversation: event.conversationId,
});

/** `resolved (refund_issued)` */
export const outcomeOf = (outcome: string, details: string | null): string =>
  [outcome, ...(details === null ? [] : [`(${oneLine(details, 200)})`])].join(' ');
