import { catalogue, isEventType } from '@switchboard/events';
import type { SpanAttributes } from '@switchboard/tracing';

type Headers = Readonly<Record<string, string | Buffer | (string | Buffer)[] | undefined>>;

/** What spans tell of an event: its CloudEvents attributes, which are ids. */
export function eventAttributes(headers: Headers = {}): SpanAttributes {
  const type = headers.ce_type?.toString() ?? '';
  const attributes: Record<string, string> = {};
  for (const name of ['id', 'type', 'source', 'subject']) {
    const value = headers[`ce_${name}`]?.toString();
    if (value !== undefined) attributes[`cloudevents.event_${name}`] = withoutPerson(value, type);
  }
  const [, tenant] = headers.ce_source?.toString().split('/') ?? [];
  return tenant === undefined ? attributes : { ...attributes, 'switchboard.tenant': tenant };
}

const ADDRESS = /[^\s:/]+(@|%40)[^\s:/]+/g;
const NUMBER = /(?<![\w-])\+\d[\d\s()./-]{6,}/g;
const ANY_NUMBER = /(?<![\w-])\+?\d[\d\s()./-]{6,}/g;

/** Longer than ids are; the patterns take their time with what has no end. */
const MOST_CHARACTERS = 512;

/** An id or a key for operators: kept, unless it is the address or the number of a person. */
export function withoutPerson(whole: string, type: string): string {
  // Half an address would be no address any more.
  const text = whole.length > MOST_CHARACTERS ? `${whole.slice(0, MOST_CHARACTERS).replace(/[^\s:/]+$/, '')}…` : whole;
  const isPersonal = !isEventType(type) || catalogue[type].keyFields.includes('phone');
  // Most ids have no such sign, and looking for an address in a long one takes its time.
  const shown = text.includes('@') || text.includes('%40') ? text.replace(ADDRESS, '[e-mail]') : text;
  return shown.replace(isPersonal ? ANY_NUMBER : NUMBER, '[number]');
}
