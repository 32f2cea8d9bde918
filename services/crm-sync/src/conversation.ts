import type { EventOf } from '@switchboard/events';
import { durationOf } from './note.ts';
import type { Visit } from './recorder.ts';

type ConversationEvent = EventOf<'conversation.escalated' | 'conversation.resolved' | 'conversation.unresolved'>;

/** Who the conversation was with, and what it was about. */
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

/** What every note on a conversation ends with. */
export const conversationFacts = ({ messageCount, transcript, sessionDuration, ...event }: ConversationEvent) => ({
  Messages: messageCount ?? (transcript.length || null),
  Duration: durationOf(sessionDuration),
  Channel: event.channel,
  Conversation: event.conversationId,
});
