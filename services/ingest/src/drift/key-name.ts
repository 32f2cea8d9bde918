/** Stands for keys that are data, such as the ids of users in a map. */
export const ANY_KEY = '*';

/** How programs name fields; any other key may be a person's data. */
const NAME = /^[@$_]{0,2}\p{L}[\p{L}\p{N}_:-]{0,63}$/u;
/** The prefix that ingest gives to a name that is both in the payload and next to it. */
const MARKED = /^(?:envelope\.)+/;
const LONG_NUMBER = /\d{5}/;
const HEX_ID = /^[0-9a-f-]{16,}$/i;
/** Changes between digits and other characters: `address2line1` has three, the random id `9s6XKzkNRiz8i3` six. */
const MOST_CHANGES = 4;
const MOST_DIGITS = 6;

/** The key as it may be shown, or `*` for one that looks like an id or a person's data. */
export function nameOf(key: string): string {
  const name = key.startsWith('envelope.') ? key.replace(MARKED, '') : key;
  return NAME.test(name) && !isId(name) ? key.slice(0, MOST_LENGTH) : ANY_KEY;
}

const MOST_LENGTH = 100;

function isId(name: string): boolean {
  if (LONG_NUMBER.test(name) || HEX_ID.test(name)) return true;
  let [digits, changes, wasDigit] = [0, 0, false];
  for (let index = 0; index < name.length; index += 1) {
    const code = name.charCodeAt(index);
    const isDigit = code >= 48 && code <= 57;
    if (isDigit) digits += 1;
    if (index > 0 && isDigit !== wasDigit) changes += 1;
    wasDigit = isDigit;
  }
  return digits > MOST_DIGITS || changes > MOST_CHANGES;
}
