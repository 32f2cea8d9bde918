import type { Handler } from '@switchboard/consumer';
import { conversationFacts, outcomeOf, personOf } from './conversation.ts';
import type { Recorder } from './recorder.ts';

export const onConversationResolved =
  ({ record }: { record: Recorder }): Handler<'conversation.resolved'> =>
  (event, context) =>
    record(
      {
        ...personOf(event),
        status: 'resolved',
        title: 'A conversation with the chatbot was resolved',
        outcome: outcomeOf('resolved', event.resolution),
        facts: {
          Intent: event.intent,
          Resolution: event.resolution,
          'Resolved by': event.resolvedBy,
          Rating: event.rating,
          ...conversationFacts(event),
        },
      },
      context,
    );
