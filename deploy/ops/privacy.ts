/** Hides what belongs to people, or shows it as it is when that was asked for. */
export interface Privacy {
  /** A sentence that may name somebody. */
  sentence(text: string): string;
  /** A key or an id: kept, unless it is an address or a number of a person. */
  id(text: string, topic: string): string;
  /** A payload: its fields stay, with what kind of value they have. */
  payload(value: unknown): unknown;
}

const E_MAIL = /[^\s<>"':/]+@[^\s<>"':/]+\.[^\s<>"':/]+/g;
const NUMBER = /\+?\d(?:[\s()./-]{0,2}\d){7,}/g;
/** A part of a key that is nothing but a telephone number. */
const PHONE = /^\+?\d[\d\s()./-]{6,}$/;
/** What these are about are orders, articles and incidents, whose ids may be long numbers. */
const IMPERSONAL = /^(commerce|content|ops)\./;

export function createPrivacy(reveal: boolean): Privacy {
  if (reveal) return { sentence: (text) => text, id: (text) => text, payload: (value) => value };
  const sentence = (text: string): string => text.replace(E_MAIL, '[e-mail]').replace(NUMBER, '[number]');
  return {
    sentence,
    id(text, topic) {
      const hidden = text.replace(E_MAIL, '[e-mail]');
      if (IMPERSONAL.test(topic)) return hidden;
      return hidden
        .split(':')
        .map((part) => (PHONE.test(part) ? '[number]' : part))
        .join(':');
    },
    payload: (value) => outline(value, sentence),
  };
}

const OUTLINED = 20;

function outline(value: unknown, sentence: (text: string) => string): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return `[text, ${value.length} characters]`;
  if (typeof value !== 'object') return `[${typeof value}]`;
  if (Array.isArray(value)) return value.slice(0, OUTLINED).map((item) => outline(item, sentence));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [sentence(name), outline(item, sentence)]));
}
