import type { Handler } from '@switchboard/kafka';
import { durationOf } from './note.ts';
import type { Recorder } from './recorder.ts';

export const onConversationEscalated =
  ({ record }: { record: Recorder }): Handler<'conversation.escalated'> =>
  ({ meta, customer, intent, summary, ...event }, context) =>
    record(
      {
        meta,
        status: 'escalated',
        intent,
        email: customer?.email,
        name: customer?.name,
        phone: customer?.phone,
        company: customer?.company,
        title: 'The chatbot handed a conversation over to people',
        summary,
        facts: {
          Intent: intent,
          Reason: event.reason,
          Sentiment: event.sentiment,
          Messages: event.messageCount,
          Duration: durationOf(event.sessionDuration),
          Channel: event.channel,
          Conversation: event.conversationId,
        },
      },
      context,
    );
