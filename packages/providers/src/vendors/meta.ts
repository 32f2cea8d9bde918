import { createHash, timingSafeEqual } from 'node:crypto';
import Type from 'typebox';
import { bodyPaths } from '../body-paths.ts';
import { at, isObject, listOf, without } from '../json.ts';
import { defineProvider, type Json, type JsonObject, type SignedRequest, type Verdict } from '../provider.ts';
import { hmacScheme } from '../schemes/hmac-scheme.ts';

const scheme = hmacScheme({ header: 'x-hub-signature-256', prefix: 'sha256=', algorithm: 'sha256', encoding: 'hex' });

const isWhatsApp = 'body.envelope.object == "whatsapp_business_account"';

const isMessenger = 'body.envelope.object in ["page", "instagram"]';

const channel = 'body.envelope.object == "page" ? "messenger" : "instagram"';

const STATUS = 'body.status.id + "-" + body.status.status';

const isOfGroup = 'has(body.status.recipient_type) && body.status.recipient_type == "group"';

const MEMBER = ['body.status.recipient_participant_id', 'body.status.recipient_participant_user_id'];

const statusFields = {
  messageId: 'body.status.id',
  status: 'body.status.status',
  errorCode: 'body.status.errors[0].code',
  errorText: ['body.status.errors[0].error_data.details', 'body.status.errors[0].title'],
  channel: '"whatsapp"',
  changedAt: 'double(body.status.timestamp)',
};

const MEDIA = ['image', 'video', 'audio', 'document', 'sticker'];

const PHONE_CONTACT = '{ "profile": { "name": "Kerry Fisher" }, "wa_id": "16315551234" }';

/** Of people who hide their phone number behind a username. */
const USERNAME_CONTACT =
  '{ "profile": { "name": "Kerry Fisher", "username": "@kerryfisher" }, "user_id": "US.13491208655302741918" }';

const whatsApp = (list: string, contact = PHONE_CONTACT): string => `{
  "object": "whatsapp_business_account",
  "entry": [{
    "id": "8856996819413533",
    "changes": [{
      "field": "messages",
      "value": {
        "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": "16505553333", "phone_number_id": "27681414235104944" },
        "contacts": [${contact}],
        ${list}
      }
    }]
  }]
}`;

/** https://developers.facebook.com/docs/graph-api/webhooks/getting-started: WhatsApp, Messenger and Instagram. */
export const meta = defineProvider({
  ...scheme,
  settings: {
    /** Any text; the same as in the app's settings. It only proves that the address is yours. */
    verifyToken: Type.String({ minLength: 1, maxLength: 256 }),
  },
  /** The check of the address is a GET whose query is all it has. */
  methods: ['GET'],
  verifier: (source) => {
    const verify = scheme.verifier(source);
    const { verifyToken } = source.settings;
    return (request, now) => (request.method === 'GET' ? checkAddress(request, verifyToken) : verify(request, now));
  },
  split: ({ body }) => {
    const entries = listOf(body, 'entry');
    if (entries === undefined || !isObject(body)) return [body];
    const envelope = without(body, 'entry');
    return entries.flatMap((entry) => (isObject(entry) ? itemsOf(entry, envelope) : [{ envelope, entry }]));
  },
  mapping: {
    called: 'body.field',
    events: [
      {
        type: 'message.received',
        when: `${isWhatsApp} && body.field == "messages" && has(body.message.id) &&
          !(body.message.type in ["reaction", "system"])`,
        id: 'body.message.id',
        at: 'double(body.message.timestamp)',
        fields: {
          conversationId: 'body.message.group_id',
          userId: ['body.message.from', 'body.message.from_user_id'],
          messageId: 'body.message.id',
          text: [
            'body.message.text.body',
            'body.message.button.text',
            'body.message.interactive.button_reply.title',
            'body.message.interactive.list_reply.title',
            ...MEDIA.map((kind) => `body.message.${kind}.caption`),
          ],
          attachments: {
            each: MEDIA.map((kind) => `[body.message.${kind}]`),
            fields: { url: 'item.url', type: 'item.mime_type', name: 'item.filename' },
          },
          channel: '"whatsapp"',
          'customer.name': 'body.contact.profile.name',
          'customer.phone': '"+" + body.message.from',
          sentAt: 'double(body.message.timestamp)',
        },
      },
      {
        type: 'message.status',
        when: `${isWhatsApp} && has(body.status.id) && !(${isOfGroup})`,
        id: STATUS,
        at: 'double(body.status.timestamp)',
        fields: {
          ...statusFields,
          userId: ['body.status.recipient_id', 'body.status.recipient_user_id'],
          phone: '"+" + body.status.recipient_id',
        },
      },
      {
        type: 'message.status',
        when: `${isWhatsApp} && has(body.status.id) && ${isOfGroup}`,
        // One for each member, or one for the group as a whole.
        id: [...MEMBER.map((member) => `${STATUS} + "-" + ${member}`), STATUS],
        at: 'double(body.status.timestamp)',
        fields: {
          ...statusFields,
          conversationId: 'body.status.recipient_id',
          userId: MEMBER,
          phone: '"+" + body.status.recipient_participant_id',
        },
      },
      {
        type: 'message.received',
        when: `${isMessenger} && has(body.messaging.message.mid) &&
          (!has(body.messaging.message.is_echo) || body.messaging.message.is_echo != true) &&
          !has(body.messaging.message.is_deleted)`,
        id: 'body.messaging.message.mid',
        at: 'body.messaging.timestamp',
        fields: {
          userId: 'body.messaging.sender.id',
          messageId: 'body.messaging.message.mid',
          text: 'body.messaging.message.text',
          attachments: {
            each: 'body.messaging.message.attachments',
            fields: { url: 'item.payload.url', type: 'item.type', name: 'item.payload.title' },
          },
          channel,
          sentAt: 'body.messaging.timestamp',
        },
      },
      {
        type: 'message.received',
        when: `${isMessenger} && has(body.messaging.postback)`,
        id: ['body.messaging.postback.mid', 'body.messaging.sender.id + "-" + string(body.messaging.timestamp)'],
        at: 'body.messaging.timestamp',
        fields: {
          // People of the chat plugin have no id.
          userId: ['body.messaging.sender.id', 'body.messaging.sender.user_ref'],
          messageId: 'body.messaging.postback.mid',
          text: 'body.messaging.postback.title',
          channel,
          sentAt: 'body.messaging.timestamp',
        },
      },
    ],
    ignore: bodyPaths(`
      contact.parent_user_id contact.profile contact.user_id contact.wa_id entry envelope field
      message.from_parent_user_id message.from_user_id message.image.id message.image.mime_type
      message.image.sha256 message.timestamp message.type messaging.postback.payload messaging.postback.referral
      messaging.recipient status.conversation
      status.errors status.pricing status.recipient_parent_user_id status.recipient_participant_parent_user_id
      status.recipient_participant_user_id status.recipient_type status.recipient_user_id status.timestamp value
    `),
  },
  examples: [
    {
      name: 'WhatsApp message',
      body: whatsApp(`"messages": [{
        "from": "16315551234", "id": "wamid.{{run}}", "timestamp": "{{seconds}}", "type": "text",
        "text": { "body": "Hello this is an answer" }
      }]`),
      becomes: ['message.received'],
    },
    {
      name: 'WhatsApp message without a phone number',
      body: whatsApp(
        `"messages": [{
          "from_user_id": "US.13491208655302741918", "id": "wamid.{{run}}-user", "timestamp": "{{seconds}}", "type": "text",
          "text": { "body": "Hello this is an answer" }
        }]`,
        USERNAME_CONTACT,
      ),
      becomes: ['message.received'],
    },
    {
      name: 'WhatsApp image and reaction',
      body: whatsApp(`"messages": [
        {
          "from": "16315551234", "id": "wamid.{{run}}-image", "timestamp": "{{seconds}}", "type": "image",
          "image": { "caption": "The kettle", "mime_type": "image/jpeg", "sha256": "81d3bd8a", "id": "1003383421387256" }
        },
        {
          "from": "16315551234", "id": "wamid.{{run}}-reaction", "timestamp": "{{seconds}}", "type": "reaction",
          "reaction": { "message_id": "wamid.HBgLM", "emoji": "👍" }
        }
      ]`),
      becomes: ['message.received'],
    },
    {
      name: 'WhatsApp statuses',
      body: whatsApp(`"statuses": [
        {
          "id": "wamid.{{run}}-out", "status": "delivered", "timestamp": "{{seconds}}", "recipient_id": "16315551234",
          "conversation": { "id": "cc9c7d8a", "origin": { "type": "service" } },
          "pricing": { "billable": true, "pricing_model": "PMP", "category": "service" }
        },
        {
          "id": "wamid.{{run}}-late", "status": "failed", "timestamp": "{{seconds}}", "recipient_id": "16315551234",
          "errors": [{
            "code": 131047, "title": "Re-engagement message", "message": "Re-engagement message",
            "error_data": { "details": "More than 24 hours have passed since the person last replied." }
          }]
        }
      ]`),
      becomes: ['message.status', 'message.status'],
    },
    {
      name: 'WhatsApp status without a phone number',
      body: whatsApp(
        `"statuses": [{
          "id": "wamid.{{run}}-user", "status": "read", "timestamp": "{{seconds}}",
          "recipient_user_id": "US.13491208655302741918"
        }]`,
        USERNAME_CONTACT,
      ),
      becomes: ['message.status'],
    },
    {
      name: 'WhatsApp group: message and statuses',
      body: whatsApp(`"messages": [{
          "from": "16315551234", "group_id": "Y2FwaV9ncm91cDoxNzA1NTU1MDEz", "id": "wamid.{{run}}-group",
          "timestamp": "{{seconds}}", "type": "text", "text": { "body": "Hello all" }
        }],
        "statuses": [
          {
            "id": "wamid.{{run}}-all", "status": "sent", "timestamp": "{{seconds}}",
            "recipient_id": "Y2FwaV9ncm91cDoxNzA1NTU1MDEz", "recipient_type": "group"
          },
          {
            "id": "wamid.{{run}}-all", "status": "read", "timestamp": "{{seconds}}",
            "recipient_id": "Y2FwaV9ncm91cDoxNzA1NTU1MDEz", "recipient_type": "group",
            "recipient_participant_id": "16315551234"
          },
          {
            "id": "wamid.{{run}}-all", "status": "read", "timestamp": "{{seconds}}",
            "recipient_id": "Y2FwaV9ncm91cDoxNzA1NTU1MDEz", "recipient_type": "group",
            "recipient_participant_user_id": "US.13491208655302741918"
          }
        ]`),
      becomes: ['message.received', 'message.status', 'message.status', 'message.status'],
    },
    {
      name: 'Messenger message and echo',
      body: `{
        "object": "page",
        "entry": [{
          "id": "1067280970047460", "time": {{milliseconds}},
          "messaging": [
            {
              "sender": { "id": "5489123456" }, "recipient": { "id": "1067280970047460" }, "timestamp": {{milliseconds}},
              "message": { "mid": "m_{{run}}", "text": "hello, world!" }
            },
            {
              "sender": { "id": "1067280970047460" }, "recipient": { "id": "5489123456" }, "timestamp": {{milliseconds}},
              "message": { "mid": "m_{{run}}-echo", "text": "How can I help?", "is_echo": true, "app_id": 1517776481860111 }
            }
          ]
        }]
      }`,
      becomes: ['message.received'],
    },
    {
      name: 'Messenger postback',
      body: `{
        "object": "page",
        "entry": [{
          "id": "1067280970047460", "time": {{milliseconds}},
          "messaging": [{
            "sender": { "id": "5489123456" }, "recipient": { "id": "1067280970047460" }, "timestamp": {{milliseconds}},
            "postback": {
              "mid": "m_{{run}}-postback", "title": "Get started", "payload": "GET_STARTED",
              "referral": { "ref": "spring", "source": "SHORTLINK", "type": "OPEN_THREAD" }
            }
          }]
        }]
      }`,
      becomes: ['message.received'],
    },
    {
      name: 'Instagram message',
      body: `{
        "object": "instagram",
        "entry": [{
          "id": "17841405822304914", "time": {{milliseconds}},
          "messaging": [{
            "sender": { "id": "826342938" }, "recipient": { "id": "17841405822304914" }, "timestamp": {{milliseconds}},
            "message": {
              "mid": "ig_{{run}}",
              "attachments": [{ "type": "image", "payload": { "url": "https://lookaside.example.com/image.jpg" } }]
            }
          }]
        }]
      }`,
      becomes: ['message.received'],
    },
  ],
});

function checkAddress({ url = '', query = queryOf(url) }: SignedRequest, verifyToken: string): Verdict {
  const sent = new URLSearchParams(query);
  const token = sent.get('hub.verify_token');
  const challenge = sent.get('hub.challenge');
  if (token === null || challenge === null) return { kind: 'invalid', fault: 'missing' };
  if (sent.get('hub.mode') !== 'subscribe') return { kind: 'invalid', fault: 'form' };
  if (!timingSafeEqual(digest(token), digest(verifyToken))) return { kind: 'invalid', fault: 'mismatch' };
  return { kind: 'reply', reply: { status: 200, contentType: 'text/plain', body: challenge } };
}

const queryOf = (url: string): string => /\?.*/.exec(url)?.[0] ?? '';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The messages and statuses of an entry. What surrounds them is shared, not copied: a body may hold thousands. */
function itemsOf(entry: JsonObject, envelope: JsonObject): readonly Json[] {
  const around = { envelope, entry: withoutLists(entry, 'changes', 'messaging') };
  const messaging = (listOf(entry, 'messaging') ?? []).map((event) => ({ ...around, messaging: event }));
  const changes = (listOf(entry, 'changes') ?? []).flatMap((change) => changesOf(change, around));
  const items = [...messaging, ...changes];
  return items.length > 0 ? items : [{ envelope, entry }];
}

const RECIPIENT = ['recipient_id', 'recipient_user_id', 'recipient_participant_id', 'recipient_participant_user_id'];

function changesOf(change: Json, around: JsonObject): readonly Json[] {
  const value = isObject(change) ? change.value : undefined;
  if (!isObject(change) || !isObject(value)) return [{ ...around, change }];
  const messages = listOf(value, 'messages') ?? [];
  const statuses = listOf(value, 'statuses') ?? [];
  if (messages.length + statuses.length === 0) return [{ ...around, change }];
  const contacts = listOf(value, 'contacts') ?? [];
  const contactOf = contactsById(contacts);
  const items = [
    ...messages.map((message) => ({ ...contactOf(message, 'from', 'from_user_id'), message })),
    ...statuses.map((status) => ({ ...contactOf(status, ...RECIPIENT), status })),
  ];
  const found = new Set(items.map(({ contact }) => contact));
  const others = contacts.filter((contact) => !found.has(contact));
  const rest = without(change, 'field', 'value');
  const context = {
    ...around,
    ...(Object.keys(rest).length > 0 && { change: rest }),
    field: change.field ?? null,
    value: {
      ...withoutLists(value, 'contacts', 'messages', 'statuses'),
      ...(others.length > 0 && { contacts: others }),
    },
  };
  return items.map((item) => ({ ...context, ...item }));
}

/** Finds the person of a message or status by phone number or user id; Meta may omit the number. */
function contactsById(contacts: readonly Json[]): (item: Json, ...ids: readonly string[]) => { contact?: Json } {
  const byId = new Map<Json | undefined, Json>();
  for (const contact of contacts) {
    for (const id of [at(contact, 'wa_id'), at(contact, 'user_id')]) if (typeof id === 'string') byId.set(id, contact);
  }
  return (item, ...ids) => {
    const contact = ids.map((id) => byId.get(at(item, id))).find((one) => one !== undefined);
    return contact === undefined ? {} : { contact };
  };
}

/** A name that should hold a list but holds something else stays. */
const withoutLists = (value: JsonObject, ...names: readonly string[]): JsonObject =>
  without(value, ...names.filter((name) => listOf(value, name) !== undefined));
