import { catalogue, isEventType } from '@switchboard/events';
import { withoutPerson } from '@switchboard/kafka';
import type { ConsumedRecord } from '../assignment/record.ts';

/** What a record is about, such as `conversation conv-4711`, without a person's address or number. */
export function aboutOf({ type, identity, reading }: Pick<ConsumedRecord, 'type' | 'identity' | 'reading'>): string {
  if (isEventType(type) && reading !== undefined && 'meta' in reading) {
    const fields = reading as unknown as Readonly<Record<string, unknown>>;
    const field = catalogue[type].keyFields.find((name) => typeof fields[name] === 'string');
    if (field !== undefined) return `${field.replace(/Id$/, '')} ${withoutPerson(String(fields[field]), type)}`;
  }
  return `event ${withoutPerson(identity, type)}`;
}
