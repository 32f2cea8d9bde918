import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { defineProvider } from '../provider.ts';
import { timeless } from '../schemes/hmac-scheme.ts';
import { fromBase64, headerOf } from '../schemes/signature.ts';

const PARTS = 'body.data.message.message_parts';

/** https://support.freshchat.com/support/solutions/articles/239404-freshchat-webhooks-payload-structure-and-authentication */
export const freshchat = defineProvider({
  readSecret: publicKeyOf,
  verifier:
    ({ keys, requireTimestamp }) =>
    ({ headers, body }) => {
      const given = headerOf(headers, 'x-freshchat-signature');
      if (given === undefined) return { kind: 'invalid', fault: 'missing' };
      const signature = fromBase64(given);
      if (signature === undefined) return { kind: 'invalid', fault: 'form' };
      const isSigned = keys.some((key) => verify('RSA-SHA256', body, key, signature));
      return isSigned ? timeless(requireTimestamp) : { kind: 'invalid', fault: 'mismatch' };
    },
  mapping: {
    called: 'body.action',
    events: [
      {
        type: 'message.received',
        when: `body.action == "message_create" && body.data.message.actor_type == "user" &&
          (!has(body.data.message.message_type) || body.data.message.message_type == "normal")`,
        id: 'body.data.message.id',
        at: 'body.action_time',
        fields: {
          conversationId: 'body.data.message.conversation_id',
          userId: ['body.data.message.user_id', 'body.data.message.actor_id'],
          messageId: 'body.data.message.id',
          text: `${PARTS}.filter(part, has(part.text) && has(part.text.content)).map(part, part.text.content).join("\\n")`,
          attachments: {
            each: `${PARTS}.filter(part, has(part.image) || has(part.file) || has(part.video))`,
            fields: {
              url: ['item.image.url', 'item.file.url', 'item.video.url'],
              type: ['item.image.content_type', 'item.file.content_type', 'item.video.content_type'],
              name: 'item.file.name',
            },
          },
          channel: 'body.data.message.message_source',
          sentAt: 'body.data.message.created_time',
        },
      },
      {
        type: 'conversation.resolved',
        when: 'body.action == "conversation_resolution"',
        id: 'body.data.resolve.conversation.conversation_id + "-" + body.action_time',
        at: 'body.action_time',
        fields: {
          conversationId: 'body.data.resolve.conversation.conversation_id',
          resolvedBy: 'body.data.resolve.resolver',
        },
      },
    ],
    ignore: ['action', 'action_time', 'actor']
      .concat(
        ['actor_id', 'actor_type', 'app_id', 'channel_id', 'interaction_id'].map((name) => `data.message.${name}`),
      )
      .concat(['message_parts', 'message_type', 'org_actor_id', 'org_contact_id'].map((name) => `data.message.${name}`))
      .concat(['conversation', 'interaction_id', 'resolver_id'].map((name) => `data.resolve.${name}`))
      .map((name) => `body.${name}`),
  },
  examples: [
    {
      name: 'message of a user',
      body: `{
        "actor": { "actor_type": "user", "actor_id": "dbec0910-b4d6-4d81-8015-81f560a918de" },
        "action": "message_create", "action_time": "{{iso}}",
        "data": { "message": {
          "message_parts": [
            { "text": { "content": "Where is my order?" } },
            { "image": { "url": "https://files.example/receipt.png", "content_type": "image/png" } }
          ],
          "app_id": "a1553a5a-9eed-48e8-9fc7-9106080f509d", "actor_id": "dbec0910-b4d6-4d81-8015-81f560a918de",
          "org_actor_id": "345162432277281455", "id": "{{run}}", "channel_id": "eaee3077-7e72-475d-bd5c-9eeed4262995",
          "conversation_id": "ac2175df14d36caf64e9a578fad89070", "interaction_id": "515435468500047-1628507537000",
          "message_type": "normal", "actor_type": "user", "created_time": "{{iso}}",
          "user_id": "dbec0910-b4d6-4d81-8015-81f560a918de", "message_source": "web"
        } }
      }`,
      becomes: ['message.received'],
    },
    {
      name: 'message of an agent',
      body: `{
        "actor": { "actor_type": "agent", "actor_id": "fba1873d-67d6-4d63-be97-53b29ae1e42a" },
        "action": "message_create", "action_time": "{{iso}}",
        "data": { "message": {
          "message_parts": [{ "text": { "content": "hello" } }], "id": "{{run}}-agent", "actor_type": "agent",
          "conversation_id": "ac2175df14d36caf64e9a578fad89070", "message_type": "normal", "created_time": "{{iso}}"
        } }
      }`,
      becomes: [],
    },
    {
      name: 'conversation resolved',
      body: `{
        "actor": { "actor_type": "agent", "actor_id": "8996ad5d-4b84-4e95-a60d-3f290423db3e" },
        "action": "conversation_resolution", "action_time": "{{iso}}",
        "data": { "resolve": {
          "resolver": "agent", "resolver_id": "8996ad5d-4b84-4e95-a60d-3f290423db3e",
          "conversation": { "conversation_id": "conv-{{run}}", "app_id": "36e4f1a0", "status": "resolved",
            "channel_id": "600a9b8d-0321-4b05-a7fb-70b4a5e5e371" },
          "interaction_id": "487870040076744-1648793439927"
        } }
      }`,
      becomes: ['conversation.resolved'],
    },
  ],
  /** `secret` is the private key in PEM; the source has its public half. */
  sign: ({ body }, secret) => ({
    'x-freshchat-signature': sign('RSA-SHA256', body, createPrivateKey(secret)).toString('base64'),
  }),
});

/** Freshchat shows the account's public key in PEM; in one line, or without the first and last, is accepted too. */
function publicKeyOf(text: string): KeyObject {
  const given = text.replaceAll('\\n', '\n').trim();
  const pem = given.startsWith('-') ? given : `-----BEGIN PUBLIC KEY-----\n${given}\n-----END PUBLIC KEY-----`;
  try {
    if (/^-----BEGIN (?:RSA )?PUBLIC KEY-----\s/.test(pem)) {
      const key = createPublicKey(pem);
      if (key.asymmetricKeyType === 'rsa') return key;
    }
  } catch {
    // The reason could quote the text.
  }
  throw new RangeError("must be the account's RSA public key in PEM");
}
