import { createPrivateKey } from 'node:crypto';
import { type JSONWebKeySet, SignJWT } from 'jose';
import { Type } from 'typebox';
import { defineProvider, type JsonObject } from '../provider.ts';
import { bearerOf, judgeJwt } from '../schemes/jwt/judge-jwt.ts';
import { createKeySet } from '../schemes/jwt/key-set.ts';
import { addressIn, loadJson } from '../schemes/jwt/load-json.ts';
import { algorithmOf, keyIdOf } from '../schemes/jwt/local-key.ts';
import { headerOf, TOLERANCE_MS } from '../schemes/signature.ts';

const OPENID_METADATA = 'https://login.botframework.com/v1/.well-known/openidconfiguration';
const ISSUER = 'https://api.botframework.com';

/** https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication */
export const botFramework = defineProvider({
  settings: {
    appId: Type.String({ minLength: 1, description: "The bot's Microsoft app id, for which tokens are made." }),
    issuer: Type.Optional(
      Type.String({ minLength: 1, description: `What the claim iss must be. Default: ${ISSUER}.` }),
    ),
    openIdMetadata: Type.Optional(
      Type.String({
        minLength: 1,
        description: `Where the address of the keys is published. Default: ${OPENID_METADATA}.`,
      }),
    ),
  },
  needs: { secrets: false },
  verifier: ({ settings: { appId, issuer = ISSUER, openIdMetadata = OPENID_METADATA } }) => {
    const keys = createKeySet(() => publishedAt(openIdMetadata));
    const rules = { algorithms: ['RS256', 'RS384', 'RS512'], issuer, audience: appId, toleranceMs: TOLERANCE_MS };
    return async ({ headers, body }, now) => {
      const given = headerOf(headers, 'authorization');
      if (given === undefined) return { kind: 'invalid', fault: 'missing' };
      const token = bearerOf(given);
      if (token === undefined) return { kind: 'invalid', fault: 'form' };
      const judged = await judgeJwt(token, (header) => keys.keyFor(header, now), rules, now);
      if (judged.kind !== 'signed') return judged;
      const { serviceUrl, channelId } = activityOf(body);
      const { endorsements } = keys.published(judged.keyId) ?? {};
      const mayVouch = !Array.isArray(endorsements) || endorsements.includes(channelId);
      // The body is not signed: this ties it to the token.
      const isOfToken = typeof serviceUrl === 'string' && judged.claims.serviceurl === serviceUrl;
      return mayVouch && isOfToken ? { kind: 'valid' } : { kind: 'invalid', fault: 'mismatch' };
    };
  },
  mapping: {
    called: 'body.type',
    events: [
      {
        type: 'message.received',
        when: 'body.type == "message" && has(body.from.id) && (!has(body.from.role) || body.from.role == "user")',
        // Teams makes ids of times, which are unique in a conversation only.
        id: 'body.conversation.id + "/" + body.id',
        at: 'body.timestamp',
        fields: {
          conversationId: 'body.conversation.id',
          userId: 'body.from.id',
          messageId: 'body.id',
          text: 'body.text',
          attachments: {
            // Teams repeats the text as an attachment without an address.
            each: 'body.attachments.filter(file, has(file.contentUrl))',
            fields: { url: 'item.contentUrl', type: 'item.contentType', name: 'item.name' },
          },
          channel: 'body.channelId',
          locale: 'body.locale',
          'customer.name': 'body.from.name',
          sentAt: 'body.timestamp',
        },
      },
    ],
    ignore: ['attachments', 'channelData', 'entities', 'from.aadObjectId', 'from.role', 'inputHint', 'localTimestamp']
      .concat(['localTimezone', 'rawTimestamp', 'recipient', 'serviceUrl', 'textFormat', 'type'])
      .concat(['conversation.conversationType', 'conversation.isGroup', 'conversation.name', 'conversation.tenantId'])
      .map((name) => `body.${name}`),
  },
  examples: [
    {
      name: 'message in Teams',
      body: `{
        "type": "message", "id": "{{run}}", "timestamp": "{{iso}}", "localTimestamp": "{{iso}}",
        "serviceUrl": "https://smba.trafficmanager.net/teams/", "channelId": "msteams",
        "from": { "id": "29:1XJKJMvc5GBtc2JwZq0oj8tHZmzrQgFmB39ATiQWA85gQtHieVkKilBZ9XHoq9j7Zaqt7CZ-NJWi7me2kHTL3Bw",
          "name": "Ada Lovelace", "aadObjectId": "ad3a7a2c-4f2c-4a0c-8a3f-2f5ba8b0e5a1" },
        "conversation": { "id": "a:17I0kl9EkpE1O9PH5TWrzrLNwnWWcfrU7QZjKR0WSfOpzbfcAg2IaydGElSo10tVr4C7Fc6GtieTJX663WuJCc1uA83n4CSrHSgGBj5XNYLcVlJAs2ZX8DbYBPck201w-",
          "conversationType": "personal", "tenantId": "72f988bf-86f1-41af-91ab-2d7cd011db47" },
        "recipient": { "id": "28:c9e8c047-2a34-40a1-b28a-b162d5f5327c", "name": "Support" },
        "textFormat": "plain", "text": "Where is my order?", "locale": "en-US",
        "attachments": [{ "contentType": "text/html", "content": "<p>Where is my order?</p>" }],
        "channelData": { "tenant": { "id": "72f988bf-86f1-41af-91ab-2d7cd011db47" } }
      }`,
      becomes: ['message.received'],
    },
    {
      name: 'message of a bot',
      body: `{
        "type": "message", "id": "{{run}}-bot", "timestamp": "{{iso}}", "channelId": "webchat",
        "serviceUrl": "https://webchat.botframework.com/", "from": { "id": "support-bot", "role": "bot" },
        "conversation": { "id": "{{run}}" }, "text": "How can I help?"
      }`,
      becomes: [],
    },
    {
      name: 'someone joined',
      body: `{
        "type": "conversationUpdate", "id": "{{run}}-join", "timestamp": "{{iso}}", "channelId": "webchat",
        "serviceUrl": "https://webchat.botframework.com/", "from": { "id": "user" },
        "conversation": { "id": "{{run}}" }, "membersAdded": [{ "id": "user" }]
      }`,
      becomes: [],
    },
  ],
  /** `secret` is the private key in PEM; its public half must be among the keys behind `openIdMetadata`. */
  sign: async ({ body }, secret, now, settings) => {
    const seconds = Math.floor(now / 1000);
    const token = await new SignJWT({ serviceurl: activityOf(body).serviceUrl ?? '' })
      .setProtectedHeader({ alg: algorithmOf(secret), kid: await keyIdOf(secret) })
      .setIssuer(settings?.issuer ?? ISSUER)
      .setAudience(settings?.appId ?? '')
      .setNotBefore(seconds)
      .setExpirationTime(seconds + 3600)
      .sign(createPrivateKey(secret));
    return { authorization: `Bearer ${token}` };
  },
});

/** The keys at the address that the metadata names. */
async function publishedAt(openIdMetadata: string): Promise<JSONWebKeySet> {
  const metadata = await loadJson(openIdMetadata);
  return (await loadJson(addressIn(openIdMetadata, metadata.jwks_uri))) as unknown as JSONWebKeySet;
}

function activityOf(body: Buffer): JsonObject {
  try {
    const activity: unknown = JSON.parse(body.toString());
    return typeof activity === 'object' && activity !== null ? (activity as JsonObject) : {};
  } catch {
    return {};
  }
}
