import type { Handler } from '@switchboard/consumer';
import { conversationFacts, outcomeOf, personOf } from './conversation.ts';
import type { Recorder } from './recorder.ts';

export const onConversationEscalated =
  ({ record }: { record: Recorder }): Handler<'conversation.escalated'> =>
  (event, context) =>
    record(
      {
        ...personOf(event),
        status: 'escalated',
        title: 'The chatbot handed a conversation over to people',
        outcome: outcomeOf('handed over to people', event.reason),
        facts: {
          Intent: event.intent,
          Reason: event.reason,
          Sentiment: event.sentiment,
          ...conversationFacts(event),
        },
      },
      context,
    );
