import type { Handler } from '@switchboard/consumer';
import { conversationFacts, outcomeOf, personOf } from './conversation.ts';
import type { Recorder } from './recorder.ts';

export const onConversationUnresolved =
  ({ record }: { record: Recorder }): Handler<'conversation.unresolved'> =>
  (event, context) =>
    record(
      {
        ...personOf(event),
        status: 'unresolved',
        title: 'A conversation with the chatbot ended unresolved',
        outcome: outcomeOf('not resolved', event.reason),
        facts: { Intent: event.intent, Reason: event.reason, Rating: event.rating, ...conversationFacts(event) },
      },
      context,
    );
