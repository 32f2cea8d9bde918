import type { EventOf } from '@switchboard/events';
import type { Fact } from './helpdesk.ts';
import { oneLine } from './plain-text.ts';
import { timeOf } from './transcript.ts';

const VALUE_LIMIT = 200;
const SUMMARY_LIMIT = 2_000;

/** The facts that an agent needs before reading the transcript, without unknown ones. */
export function escalationFacts(event: EventOf<'conversation.escalated'>): Fact[] {
  const { confidence, sentiment, sentimentScore } = event;
  return factsOf({
    ...whoAndWhat(event),
    Reason: event.reason,
    Confidence: confidence === null ? null : `${Math.round(confidence * 100)} %`,
    Sentiment: sentiment ?? (sentimentScore === null ? null : String(sentimentScore)),
    Started: timeOf(event.startedAt) && `${timeOf(event.startedAt)} UTC`,
    ...lengthAndPlace(event),
    Page: event.pageUrl,
  });
}

export function endFacts(event: EventOf<'conversation.resolved' | 'conversation.unresolved'>): Fact[] {
  const isResolved = 'resolution' in event;
  return factsOf({
    ...(isResolved
      ? { 'The conversation was resolved': event.resolution ?? 'no details given', 'Resolved by': event.resolvedBy }
      : { 'The conversation ended unresolved': event.reason ?? 'no details given' }),
    Rating: event.rating === null ? null : String(event.rating),
    ...whoAndWhat(event),
    ...lengthAndPlace(event),
  });
}

type ConversationEvent = EventOf<'conversation.escalated' | 'conversation.resolved' | 'conversation.unresolved'>;

const whoAndWhat = ({ summary, customer, intent }: ConversationEvent) => ({
  Summary: summary,
  Customer: customer?.name,
  'E-mail': customer?.email,
  Phone: customer?.phone,
  Company: customer?.company,
  Intent: intent,
});

const lengthAndPlace = (event: ConversationEvent) => ({
  Messages: String(event.messageCount ?? (event.transcript.length || '')),
  Duration: event.sessionDuration === null ? null : durationOf(event.sessionDuration),
  Channel: event.channel,
  Language: event.locale,
  User: event.userId,
  Conversation: event.conversationId,
});

function factsOf(values: Record<string, string | null | undefined>): Fact[] {
  return Object.entries(values).flatMap(([label, value]) => {
    const line = oneLine(value ?? '', label === 'Summary' ? SUMMARY_LIMIT : VALUE_LIMIT);
    return line === '' ? [] : [{ label, value: line }];
  });
}

/** `5 min 12 s` */
function durationOf(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
