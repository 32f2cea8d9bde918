import { domainToASCII } from 'node:url';
import { visibleText } from '@switchboard/outbound';
import { LONGEST } from './crm.ts';

/** Cleans text of unknown origin: no control characters, no lone surrogates, at most `max` long. */
export function plainText(text: string | null | undefined, max: number): string {
  const plain = visibleText(text ?? '').trim();
  if (plain.length <= max) return plain;
  return `${plain.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Cleans text to one line. Undefined if nothing is left. */
export function oneLine(text: string | null | undefined, max: number): string | undefined {
  const line = plainText(plainText(text, max * 4).replace(/\s+/g, ' '), max);
  return line === '' ? undefined : line;
}

/** The limit of SMTP. */
const LONGEST_ADDRESS = 254;
const ADDRESS = /^([^\s\p{C}@"<>()[\],;:\\]+)@([^\s\p{C}@"'<>()[\],;:\\/?#%]+)$/u;

/** Normalises an address: trimmed, lower case, its domain in ASCII. Undefined if it is not valid. */
export function normaliseEmail(text: string | null | undefined, max = LONGEST_ADDRESS): string | undefined {
  const [, local, domain = ''] = ADDRESS.exec((text ?? '').trim().toLowerCase()) ?? [];
  const email = `${local}@${domainToASCII(domain)}`;
  return email.length <= max && /\.[a-z][a-z0-9-]+$/.test(email) ? email : undefined;
}

/** Splits a name into its first word and the rest: `Ada`, `King of Lovelace`. */
export function splitName(name: string | null | undefined): { firstName?: string; lastName?: string } {
  const [first, ...others] = (oneLine(name, 120) ?? '').split(' ');
  if (!first) return {};
  const lastName = oneLine(others.join(' '), LONGEST.lastName);
  return { firstName: plainText(first, LONGEST.firstName), ...(lastName !== undefined && { lastName }) };
}

/** Whether it is a phone number: 6 to 15 digits, with the usual marks between them. */
export const isPhone = (text: string | undefined): text is string =>
  /^\+?[\d\s()./-]+$/.test(text ?? '') && /^\d{6,15}$/.test((text ?? '').replace(/\D/g, ''));
