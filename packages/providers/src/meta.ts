import { createHash, timingSafeEqual } from 'node:crypto';
import Type from 'typebox';
import { hmacScheme } from './hmac-scheme.ts';
import { isObject, listOf, without } from './json.ts';
import { defineProvider, type Json, type JsonObject, type Verdict } from './provider.ts';

const scheme = hmacScheme({ header: 'x-hub-signature-256', prefix: 'sha256=', algorithm: 'sha256', encoding: 'hex' });

/** https://developers.facebook.com/docs/graph-api/webhooks/getting-started: WhatsApp, Messenger and Instagram. */
export const meta = defineProvider({
  ...scheme,
  settings: {
    /** Any text; the same as in the app's settings. It only proves that the address is yours. */
    verifyToken: Type.String({ minLength: 1, maxLength: 256 }),
  },
  /** The check of the address is a GET whose query is all it has. */
  needs: { publicUrl: true },
  methods: ['GET'],
  verifier: (source) => {
    const verify = scheme.verifier(source);
    const { verifyToken } = source.settings;
    return (request, now) => (request.method === 'GET' ? checkAddress(request.url, verifyToken) : verify(request, now));
  },
  split: ({ body }) => {
    const entries = listOf(body, 'entry');
    if (entries === undefined || !isObject(body)) return [body];
    const around = without(body, 'entry');
    return entries.flatMap((entry) => (isObject(entry) ? itemsOf(entry, around) : [{ ...around, entry }]));
  },
  mapping: { events: [] },
  examples: [],
});

function checkAddress(url: string | undefined, verifyToken: string): Verdict {
  const start = url?.indexOf('?') ?? -1;
  const query = new URLSearchParams(start < 0 ? '' : url?.slice(start));
  const token = query.get('hub.verify_token');
  const challenge = query.get('hub.challenge');
  if (token === null || challenge === null) return { kind: 'invalid', fault: 'missing' };
  if (query.get('hub.mode') !== 'subscribe') return { kind: 'invalid', fault: 'form' };
  if (!timingSafeEqual(digest(token), digest(verifyToken))) return { kind: 'invalid', fault: 'mismatch' };
  return { kind: 'reply', reply: { status: 200, contentType: 'text/plain', body: challenge } };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The messages and statuses of an entry, each with its surroundings. */
function itemsOf(entry: JsonObject, around: JsonObject): readonly Json[] {
  const rest = without(entry, 'changes', 'messaging');
  const messaging = (listOf(entry, 'messaging') ?? []).map((event) => ({ ...around, entry: rest, messaging: event }));
  const changes = (listOf(entry, 'changes') ?? []).flatMap((change) => changesOf(change, { ...around, entry: rest }));
  const items = [...messaging, ...changes];
  return items.length > 0 ? items : [{ ...around, entry }];
}

function changesOf(change: Json, around: JsonObject): readonly Json[] {
  const value = isObject(change) ? change.value : undefined;
  if (!isObject(change) || !isObject(value)) return [{ ...around, change }];
  const messages = listOf(value, 'messages') ?? [];
  const statuses = listOf(value, 'statuses') ?? [];
  if (messages.length + statuses.length === 0) return [{ ...around, change }];
  const contacts = listOf(value, 'contacts') ?? [];
  const context = { ...around, field: change.field ?? null, ...without(value, 'contacts', 'messages', 'statuses') };
  return [
    ...messages.map((message) => ({ ...context, ...contactOf(message, contacts), message })),
    ...statuses.map((status) => ({ ...context, status })),
  ];
}

/** Who wrote the message. */
function contactOf(message: Json, contacts: readonly Json[]): JsonObject {
  const from = isObject(message) ? message.from : undefined;
  const contact = contacts.find((one) => isObject(one) && one.wa_id === from);
  return contact === undefined ? {} : { contact };
}
