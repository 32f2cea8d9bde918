import type { Handler } from '@switchboard/consumer';
import { durationOf } from './note.ts';
import type { Recorder } from './recorder.ts';

export const onLeadCaptured =
  ({ record }: { record: Recorder }): Handler<'lead.captured'> =>
  ({ meta, intent, summary, ...event }, context) =>
    record(
      {
        meta,
        status: 'lead_captured',
        conversation: event.conversationId ?? undefined,
        intent,
        email: event.email,
        name: event.name,
        phone: event.phone,
        company: event.company,
        jobTitle: event.jobTitle,
        title: 'The chatbot captured a lead',
        summary,
        facts: {
          Intent: intent,
          Interest: event.interest,
          Score: event.score,
          'Agreed to be contacted': event.consent === null ? null : event.consent ? 'yes' : 'no',
          Campaign: event.campaign,
          Messages: event.messageCount,
          Duration: durationOf(event.sessionDuration),
          Channel: event.channel,
          Conversation: event.conversationId,
        },
      },
      context,
    );
