import type { EventOf } from '@switchboard/events';
import { durationOf } from './note.ts';
import type { Visit } from './recorder.ts';

type ConversationEvent = EventOf<'conversation.escalated' | 'conversation.resolved' | 'conversation.unresolved'>;

/** The person and the topic of the conversation. */
export const personOf = ({
  meta,
  conversationId,
  customer,
  intent,
  summary,
}: ConversationEvent): Omit<Visit, 'status' | 'title' | 'facts'> => ({
  meta,
  conversation: conversationId,
  intent,
  summary,
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
