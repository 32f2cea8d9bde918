import { bodyPaths } from '../body-paths.ts';
import { isObject, jsonIn, without } from '../json.ts';
import { defineProvider, type Json } from '../provider.ts';
import { hmacScheme, seconds } from '../schemes/hmac-scheme.ts';
import { headerOf } from '../schemes/signature.ts';

const scheme = hmacScheme({
  header: 'x-slack-signature',
  prefix: 'v0=',
  algorithm: 'sha256',
  encoding: 'hex',
  time: { header: 'x-slack-request-timestamp', unit: seconds, before: (time) => `v0:${time}:` },
});

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
export const slack = defineProvider({
  ...scheme,
  verifier: (source) => {
    const verify = scheme.verifier(source);
    return (request, now) => {
      const isSigned = headerOf(request.headers, 'x-slack-signature') !== undefined;
      if (!isSigned && isCertificateCheck(headerOf(request.headers, 'content-type'), request.body)) {
        return { kind: 'reply', reply: { status: 200, contentType: 'text/plain', body: '' } };
      }
      return verify(request, now);
    };
  },
  bodies: ['json', 'form'],
  handshake: ({ body }) =>
    isObject(body) && body.type === 'url_verification' && typeof body.challenge === 'string'
      ? { status: 200, contentType: 'text/plain', body: body.challenge }
      : undefined,
  /** Interactions are JSON inside of a form. */
  split: ({ body }) => [withoutToken(jsonIn(body, 'payload'))],
  mapping: {
    called: ['body.event.type', 'body.type'],
    events: [
      {
        type: 'message.received',
        when: `body.type == "event_callback" && body.event.type == "message" && has(body.event.user) &&
          !has(body.event.bot_id) &&
          (!has(body.event.subtype) || body.event.subtype in ["file_share", "thread_broadcast"])`,
        id: 'body.event_id',
        at: 'body.event_time',
        fields: {
          conversationId: 'body.event.channel',
          userId: 'body.event.user',
          messageId: 'body.event.ts',
          text: 'body.event.text',
          attachments: {
            each: 'body.event.files',
            fields: { url: ['item.url_private', 'item.permalink'], type: 'item.mimetype', name: 'item.name' },
          },
          channel: '"slack"',
          sentAt: 'double(body.event.ts)',
        },
      },
      {
        type: 'message.received',
        when: 'has(body.command) && has(body.trigger_id)',
        id: 'body.trigger_id',
        fields: {
          conversationId: 'body.channel_id',
          userId: 'body.user_id',
          messageId: 'body.trigger_id',
          text: 'body.text',
          channel: '"slack"',
          'customer.name': 'body.user_name',
        },
      },
    ],
    ignore: [
      ...bodyPaths(`
        api_app_id authed_teams authed_users authorizations channel_name command context_enterprise_id
        context_team_id enterprise_id enterprise_name event_context is_enterprise_install
        is_ext_shared_channel response_url team_domain team_id type
      `),
      ...bodyPaths(
        `attachments blocks channel_type client_msg_id display_as_bot edited event_ts files parent_user_id
        root source_team subtype team thread_ts type upload user_profile user_team`,
        'event',
      ),
    ],
  },
  /** Slack shows the answer to a command to the person who typed it. */
  reply: { status: 200, contentType: 'text/plain', body: '' },
  examples: [
    {
      name: 'message',
      body: `{
        "token": "z26uFbvR1xHJEdHE1OQiO6t8", "team_id": "T061EG9RZ", "api_app_id": "A0FFV41KK",
        "event": {
          "type": "message", "channel": "C024BE91L", "user": "U2147483697", "text": "Live long and prosper.",
          "ts": "{{seconds}}.000005", "event_ts": "{{seconds}}.000005", "channel_type": "channel"
        },
        "type": "event_callback", "event_id": "Ev-{{run}}", "event_time": {{seconds}}
      }`,
      becomes: ['message.received'],
    },
    {
      name: 'reply in a thread, also sent to the channel',
      body: `{
        "token": "z26uFbvR1xHJEdHE1OQiO6t8", "team_id": "T061EG9RZ", "api_app_id": "A0FFV41KK",
        "event": {
          "type": "message", "subtype": "thread_broadcast", "channel": "C024BE91L", "user": "U2147483697",
          "text": "Found it.", "ts": "{{seconds}}.000007", "thread_ts": "{{seconds}}.000005",
          "root": { "type": "message", "user": "U2147483698", "text": "Where is it?", "ts": "{{seconds}}.000005" },
          "event_ts": "{{seconds}}.000007", "channel_type": "channel"
        },
        "type": "event_callback", "event_id": "Ev-{{run}}-thread", "event_time": {{seconds}}
      }`,
      becomes: ['message.received'],
    },
    {
      name: 'message of a bot',
      body: `{
        "token": "z26uFbvR1xHJEdHE1OQiO6t8", "team_id": "T061EG9RZ", "api_app_id": "A0FFV41KK",
        "event": {
          "type": "message", "channel": "C024BE91L", "user": "U0BOT", "bot_id": "B0BOT", "text": "How can I help?",
          "ts": "{{seconds}}.000006", "event_ts": "{{seconds}}.000006", "channel_type": "channel"
        },
        "type": "event_callback", "event_id": "Ev-{{run}}-bot", "event_time": {{seconds}}
      }`,
      becomes: [],
    },
    {
      name: 'command',
      contentType: 'application/x-www-form-urlencoded',
      body:
        'token=gIkuvaNzQIHg97ATvDxqgjtO&team_id=T0001&team_domain=example&channel_id=C2147483705&channel_name=test' +
        '&user_id=U2147483697&user_name=steve&command=%2Fweather&text=94070&api_app_id=A123456' +
        '&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2F1234%2F5678&trigger_id=13345224609.{{run}}',
      becomes: ['message.received'],
    },
  ],
});

/** Slack calls the address of a command from time to time, to see whether its certificate is valid. */
function isCertificateCheck(contentType: string | undefined, body: Buffer): boolean {
  if (!contentType?.startsWith('application/x-www-form-urlencoded') || body.length > 1_000) return false;
  return new URLSearchParams(body.toString()).get('ssl_check') === '1';
}

/** Older apps still accept the token as a proof that a request comes from Slack. */
const withoutToken = (body: Json): Json => (isObject(body) ? without(body, 'token') : body);
