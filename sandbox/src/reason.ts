import { STATUS_CODES } from 'node:http';
import { isObject, textOf } from './json.ts';
import type { Answer } from './system.ts';

/** The fields in which the APIs put messages, and those that nest errors, some by the name of a field. */
const MESSAGES = ['title', 'error', 'error_description', 'description', 'message', 'errorMessages'];
const NESTED = ['errors', 'details'];

/** The messages in an error of any of the APIs, in one line. */
export function reasonOf({ status, body }: Pick<Answer, 'status' | 'body'>): string {
  const messages = [...new Set(messagesIn(body))].join(' · ');
  return messages === '' ? (STATUS_CODES[status] ?? `Answered ${status}`) : messages;
}

function messagesIn(value: unknown, field = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => messagesIn(one, field));
  if (!isObject(value)) {
    const text = textOf(value);
    return text === '' ? [] : [field === '' || text.startsWith(`${field}:`) ? text : `${field}: ${text}`];
  }
  const name = textOf(value.field) || field;
  return Object.entries(value).flatMap(([key, inner]) => {
    if (MESSAGES.includes(key)) return messagesIn(inner, name);
    if (!NESTED.includes(key)) return [];
    return isObject(inner)
      ? Object.entries(inner).flatMap(([own, one]) => messagesIn(one, own))
      : messagesIn(inner, name);
  });
}
