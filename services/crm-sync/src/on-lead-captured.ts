import type { Handler } from '@switchboard/consumer';
import type { LeadCondition } from './lead-condition.ts';
import { durationOf } from './note.ts';
import type { Recorder } from './recorder.ts';

export const onLeadCaptured =
  ({ record, isWanted }: { record: Recorder; isWanted: LeadCondition }): Handler<'lead.captured'> =>
  (lead, context) => {
    if (!isWanted(lead)) return context.skip('condition_not_met');
    const { meta, intent, summary, ...event } = lead;
    return record(
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
  };
