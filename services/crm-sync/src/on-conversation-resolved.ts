import type { Handler } from '@switchboard/kafka';
import { durationOf } from './note.ts';
import type { Recorder } from './recorder.ts';

export const onConversationResolved =
  ({ record }: { record: Recorder }): Handler<'conversation.resolved'> =>
  ({ meta, customer, intent, summary, ...event }, context) =>
    record(
      {
        meta,
        status: 'resolved',
        intent,
        email: customer?.email,
        name: customer?.name,
        phone: customer?.phone,
        company: customer?.company,
        title: 'A conversation with the chatbot was resolved',
        summary,
        facts: {
          Intent: intent,
          Resolution: event.resolution,
          'Resolved by': event.resolvedBy,
          Rating: event.rating,
          Messages: event.messageCount,
          Duration: durationOf(event.sessionDuration),
          Channel: event.channel,
          Conversation: event.conversationId,
        },
      },
      context,
    );
