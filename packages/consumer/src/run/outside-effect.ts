import { redactId, shorten } from '@switchboard/kafka';
import type { OutboundRequest, OutboundResponse } from '@switchboard/outbound';

/** What an event made in an outside system. */
export interface OutsideEffect {
  readonly system: string;
  /** The id that the system gave it. */
  readonly id: string;
  /** Where people or programs find it. */
  readonly url?: string | undefined;
}

/** The effects of a running handler are noted under the signal that it passes to its requests. */
const noted = new WeakMap<AbortSignal, OutsideEffect>();

/** The last effect of the handler with this signal. */
export const effectOf = (signal: AbortSignal | undefined): OutsideEffect | undefined =>
  signal === undefined ? undefined : noted.get(signal);

/** For systems without a target: notes an effect of the handler with this signal. */
export function noteMade(signal: AbortSignal, { system, id, url }: OutsideEffect): void {
  noted.set(signal, { system, id: shown(id), ...(url === undefined ? {} : { url: shown(url) }) });
}

/** Notes the record in the answer to a request that changed something. */
export function noteEffect(
  system: string,
  { method, signal }: Pick<OutboundRequest, 'method' | 'signal'>,
  { status, body }: Pick<OutboundResponse, 'status' | 'body'>,
): void {
  if (signal === undefined || method === 'GET' || status >= 300) return;
  const record = recordOf(body);
  if (record === undefined) return;
  noteMade(signal, { system, ...record });
}

const LONGEST = 200;
const NAMES = ['key', 'id', 'ts'] as const;

/** Vendors answer with the record itself, or with the record under its name: `{ticket: {id}}`. */
function recordOf(body: unknown): { id: string; url: string | undefined } | undefined {
  for (const candidate of [body, ...Object.values(fieldsOf(body))]) {
    const fields = fieldsOf(candidate);
    const name = NAMES.find((one) => /^(string|number)$/.test(typeof fields[one]) && fields[one] !== '');
    if (name === undefined) continue;
    const url = [fields.url, fields.self].find((one) => typeof one === 'string' && /^https?:\/\/[^?#@]+$/.test(one));
    return { id: String(fields[name]), url: url as string | undefined };
  }
  return undefined;
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** A system may use a person's address as the id. */
const shown = (text: string): string => redactId(shorten(text, LONGEST), { personal: false });
