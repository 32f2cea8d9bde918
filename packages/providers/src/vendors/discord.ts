import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { isObject } from '../json.ts';
import { defineProvider } from '../provider.ts';
import { freshness, fromHex, headerOf } from '../schemes/signature.ts';

const SIGNATURE_BYTES = 64;

const NAME = '"/" + body.data.name';

/** https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint-validating-security-request-headers */
export const discord = defineProvider({
  readSecret: publicKeyOf,
  verifier:
    ({ keys }) =>
    ({ headers, body }, now) => {
      const given = headerOf(headers, 'x-signature-ed25519');
      const timestamp = headerOf(headers, 'x-signature-timestamp');
      if (given === undefined || timestamp === undefined) return { kind: 'invalid', fault: 'missing' };
      const signature = fromHex(given);
      if (signature?.length !== SIGNATURE_BYTES || !/^\d{10}$/.test(timestamp))
        return { kind: 'invalid', fault: 'form' };
      const signed = Buffer.concat([Buffer.from(timestamp), body]);
      const isSigned = keys.some((key) => verify(null, signed, key, signature));
      return isSigned ? freshness(Number(timestamp) * 1000, now) : { kind: 'invalid', fault: 'mismatch' };
    },
  handshake: ({ body }) => {
    if (!isObject(body)) return undefined;
    // A webhook event has type 1 too, and `event`; its ping has type 0.
    if (body.type === 1 && body.event === undefined)
      return { status: 200, contentType: 'application/json', body: '{"type":1}' };
    return body.type === 0 ? { status: 204, contentType: 'application/json', body: '' } : undefined;
  },
  mapping: {
    events: [
      {
        type: 'message.received',
        when: 'body.type == 2 && has(body.data.name)',
        id: 'body.id',
        fields: {
          conversationId: 'body.channel_id',
          userId: ['body.member.user.id', 'body.user.id'],
          messageId: 'body.id',
          text: [
            `${NAME} + " " + body.data.options.filter(option, has(option.value))
            .map(option, string(option.value)).join(" ")`,
            NAME,
          ],
          channel: '"discord"',
          locale: 'body.locale',
          'customer.name': ['member.user.global_name', 'member.user.username', 'user.global_name', 'user.username'].map(
            (name) => `body.${name}`,
          ),
        },
      },
    ],
    ignore: ['app_permissions', 'application_id', 'authorizing_integration_owners', 'channel', 'context', 'data']
      .concat(['entitlements', 'guild', 'guild_id', 'guild_locale', 'member', 'token', 'type', 'user', 'version'])
      .map((name) => `body.${name}`),
  },
  /** Only the one who typed the command sees it. */
  reply: { status: 200, contentType: 'application/json', body: '{"type":4,"data":{"content":"Received.","flags":64}}' },
  examples: [
    {
      name: 'command',
      body: `{
        "type": 2, "id": "{{run}}", "application_id": "775799577604522054", "token": "A_UNIQUE_TOKEN", "version": 1,
        "guild_id": "290926798626357999", "channel_id": "645027906669510667", "locale": "en-US",
        "member": { "user": { "id": "53908232506183680", "username": "ada", "global_name": "Ada" }, "roles": [] },
        "data": { "type": 1, "id": "771825006014889984", "name": "ask",
          "options": [{ "type": 3, "name": "question", "value": "Where is my order?" }] }
      }`,
      becomes: ['message.received'],
    },
  ],
  /** `secret` is the private key in PEM; the source has its public half in hex. */
  sign: ({ body }, secret, now) => {
    const timestamp = String(Math.floor(now / 1000));
    const signed = Buffer.concat([Buffer.from(timestamp), body]);
    return {
      'x-signature-ed25519': sign(null, signed, createPrivateKey(secret)).toString('hex'),
      'x-signature-timestamp': timestamp,
    };
  },
});

/** Discord shows the application's public key as 32 bytes in hex. */
function publicKeyOf(text: string): KeyObject {
  const bytes = fromHex(text.trim());
  if (bytes?.length !== 32) throw new RangeError("must be the application's public key: 64 characters of hex");
  return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') } });
}
