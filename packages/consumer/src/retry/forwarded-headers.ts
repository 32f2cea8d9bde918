import { carriedHeaders, EVENT_HEADERS, RETRY_HEADERS, readHeaders, UNVERIFIED } from '../assignment/headers.ts';
import type { ConsumedRecord } from '../assignment/record.ts';
import { type Steps, stepsText } from '../assignment/steps.ts';
import type { RetryPosition } from '../run/next.ts';

/** Why an event is dead, as in its headers. The message must not contain personal data. */
export interface CauseOfDeath {
  readonly code: string;
  readonly message: string;
}

/** The header is shown in lists; it need not hold a stack trace. */
const MESSAGE_LENGTH = 500;

export type HeaderTexts = Record<string, string | Buffer>;

/** The headers of a record in a retry topic. */
export function retryHeaders(
  record: ConsumedRecord,
  { round, hop, dueAt }: Pick<RetryPosition, 'round' | 'hop' | 'dueAt'>,
): HeaderTexts {
  return {
    ...allHeaders(record),
    [RETRY_HEADERS.round]: String(round),
    [RETRY_HEADERS.hop]: String(hop),
    [RETRY_HEADERS.dueAt]: String(dueAt),
    ...stepsHeader(record.steps),
    ...(record.waitsFor === undefined ? {} : { [RETRY_HEADERS.waitsFor]: record.waitsFor }),
  };
}

/** The sender's headers and those of the consumer. */
export const allHeaders = (record: ConsumedRecord): HeaderTexts => headersOf(record, carriedHeaders(record.message));

/** The headers that identify the event, and those of the consumer. */
export const ownHeaders = (record: ConsumedRecord): HeaderTexts => headersOf(record, eventHeadersOf(record));

/** The headers of a dead letter that say why it is dead. */
export const causeHeaders = (
  record: ConsumedRecord,
  service: string,
  { code, message }: CauseOfDeath,
): HeaderTexts => ({
  // A redrive tries the steps that failed again.
  ...stepsHeader(record.steps && { done: record.steps.done, failed: new Map() }),
  '__dlq.errors.topic': record.origin.topic,
  '__dlq.errors.partition': String(record.origin.partition),
  '__dlq.errors.offset': String(record.origin.offset),
  '__dlq.errors.group': service,
  '__dlq.errors.delivery.count': String(record.position.attempts),
  '__dlq.errors.code': code,
  '__dlq.errors.message': message.slice(0, MESSAGE_LENGTH),
  '__dlq.errors.timestamp': String(Date.now()),
  ...(record.isVerified ? {} : { [UNVERIFIED]: 'true' }),
});

function stepsHeader(steps: Steps | undefined): HeaderTexts {
  const text = steps === undefined ? '' : stepsText(steps);
  return text === '' ? {} : { [RETRY_HEADERS.steps]: text };
}

function headersOf(record: ConsumedRecord, carried: HeaderTexts): HeaderTexts {
  const { traceparent, origin, replay } = record;
  const { attempts, redrive } = record.position;
  return {
    ...carried,
    ...(traceparent === undefined ? {} : { traceparent }),
    [RETRY_HEADERS.originTopic]: origin.topic,
    [RETRY_HEADERS.originPartition]: String(origin.partition),
    [RETRY_HEADERS.originOffset]: String(origin.offset),
    [RETRY_HEADERS.originTimestamp]: origin.timestamp,
    [RETRY_HEADERS.attempt]: String(attempts),
    ...(redrive === 0 ? {} : { [RETRY_HEADERS.redrive]: String(redrive) }),
    ...(replay === 0 ? {} : { [RETRY_HEADERS.replay]: String(replay) }),
  };
}

/** The headers that identify the event. */
function eventHeadersOf({ message }: ConsumedRecord): HeaderTexts {
  const headers = readHeaders(message);
  return Object.fromEntries(
    EVENT_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  );
}
