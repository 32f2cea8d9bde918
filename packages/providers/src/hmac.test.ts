import assert from 'node:assert/strict';
import { createHmac, createSecretKey } from 'node:crypto';
import { describe, it } from 'node:test';
import { mapsItsExamples } from '../fixtures/example-suite.ts';
import { knowsItsExamples } from '../fixtures/known-suite.ts';
import { ISO, RUN } from '../fixtures/map-example.ts';
import { passesEveryProvider } from '../fixtures/provider-suite.ts';
import { hmac } from './hmac.ts';

type Settings = Parameters<typeof hmac.verifier>[0]['settings'];
const URL = 'https://hooks.example/x';
const NOW = 1_700_000_000_000;

interface Request {
  secret: string;
  url?: string;
  body: string;
  headers: Record<string, string | undefined>;
  now?: number;
  requireTimestamp?: boolean;
}
const judge = (
  settings: Settings,
  { secret, url = URL, body, headers, now = NOW, requireTimestamp = false }: Request,
) =>
  hmac.verifier({ keys: [createSecretKey(Buffer.from(secret))], requireTimestamp, publicUrl: URL, settings })(
    { method: 'POST', url, headers, body: Buffer.from(body) },
    now,
  );
const hex = (secret: string | Buffer, content: string) => createHmac('sha256', secret).update(content).digest('hex');
const base64 = (secret: string, content: string) => createHmac('sha256', secret).update(content).digest('base64');

const SLACK_BODY =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
const TWITCH_ID = 'e76c6bd4-55c9-4987-8304-da1588d89881';
const TWITCH_TIME = '2023-11-14T22:13:20.634234626Z';
const SECONDS = String(NOW / 1000);

/** Schemes of vendors, as settings. Those marked as published have signatures from the vendors' documentation. */
const schemes: Record<string, [settings: Settings, request: Request]> = {
  'GitHub (published)': [
    { header: 'X-Hub-Signature-256', prefix: 'sha256=' },
    {
      secret: "It's a Secret to Everybody",
      body: 'Hello, World!',
      headers: {
        'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      },
    },
  ],
  'Intercom (published)': [
    { header: 'X-Hub-Signature', prefix: 'sha1=', algorithm: 'sha1' },
    {
      secret: 'mysecret',
      body: '{"foo":"bar"}',
      headers: { 'x-hub-signature': 'sha1=d03207e4b030cf234e3447bac4d93add4c6643d8' },
    },
  ],
  'Slack (published)': [
    {
      header: 'X-Slack-Signature',
      prefix: 'v0=',
      content: 'v0:{timestamp}:{body}',
      timestampHeader: 'X-Slack-Request-Timestamp',
    },
    {
      secret: '8f742231b10e8888abcd99yyyzzz85a5',
      body: SLACK_BODY,
      headers: {
        'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
        'x-slack-request-timestamp': '1531420618',
      },
      now: 1_531_420_618_000,
    },
  ],
  'Shopify (published)': [
    { header: 'X-Shopify-Hmac-Sha256', encoding: 'base64' },
    {
      secret: 'test_secret_key',
      body: '{"foo": "bar"}',
      headers: { 'x-shopify-hmac-sha256': 'B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g=' },
    },
  ],
  'LINE (published)': [
    { header: 'X-Line-Signature', encoding: 'base64' },
    {
      secret: 'test_secret',
      body: '{"hello":"world"}',
      headers: { 'x-line-signature': 't7Hn4ZDHqs6e+wdvI5TyQIvzie0DmMUmuXEBqyyE/tM=' },
    },
  ],
  'Zendesk (published)': [
    {
      header: 'X-Zendesk-Webhook-Signature',
      encoding: 'base64',
      content: '{timestamp}{body}',
      timestampHeader: 'X-Zendesk-Webhook-Signature-Timestamp',
      timestampUnit: 'iso',
    },
    {
      secret: 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==',
      body: '{"event":"ticket.updated","id":123}',
      headers: {
        'x-zendesk-webhook-signature': 'S/RDdU2ERmj7LHDDoWJ2onPYH+t7/f2+LTM4dL7UiLM=',
        'x-zendesk-webhook-signature-timestamp': '2021-03-25T05:09:27Z',
      },
      now: Date.parse('2021-03-25T05:09:27Z'),
    },
  ],
  Paddle: [
    {
      header: 'Paddle-Signature',
      separator: ';',
      prefix: 'h1=',
      content: '{timestamp}:{body}',
      timestampPrefix: 'ts=',
      toleranceSeconds: 5,
    },
    {
      secret: 'pdl_ntfset_1',
      body: '{}',
      headers: {
        'paddle-signature': `ts=${SECONDS};h1=${hex('older', '')};h1=${hex('pdl_ntfset_1', `${SECONDS}:{}`)}`,
      },
    },
  ],
  Square: [
    { header: 'x-square-hmacsha256-signature', encoding: 'base64', content: '{url}{body}' },
    { secret: 'sq', body: '{}', headers: { 'x-square-hmacsha256-signature': base64('sq', `${URL}{}`) } },
  ],
  Kustomer: [
    { header: 'X-Kustomer-Webhook-Signature' },
    { secret: 'token', body: '{}', headers: { 'x-kustomer-webhook-signature': hex('token', '{}') } },
  ],
  Twitch: [
    {
      header: 'Twitch-Eventsub-Message-Signature',
      prefix: 'sha256=',
      content: '{id}{timestamp}{body}',
      idHeader: 'Twitch-Eventsub-Message-Id',
      timestampHeader: 'Twitch-Eventsub-Message-Timestamp',
      timestampUnit: 'iso',
      toleranceSeconds: 600,
    },
    {
      secret: 's3cRe7s3cRe7',
      body: '{}',
      headers: {
        'twitch-eventsub-message-signature': `sha256=${hex('s3cRe7s3cRe7', `${TWITCH_ID}${TWITCH_TIME}{}`)}`,
        'twitch-eventsub-message-id': TWITCH_ID,
        'twitch-eventsub-message-timestamp': TWITCH_TIME,
      },
    },
  ],
  'HubSpot without its decoding (published)': [
    {
      header: 'X-HubSpot-Signature-v3',
      encoding: 'base64',
      content: '{method}{url}{body}{timestamp}',
      timestampHeader: 'X-HubSpot-Request-Timestamp',
      timestampUnit: 'ms',
    },
    {
      secret: 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy',
      url: 'https://www.example.com/webhook_uri',
      body: "{'example_field':'example_value'}",
      headers: {
        'x-hubspot-signature-v3': 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=',
        'x-hubspot-request-timestamp': '1693657560000',
      },
      now: 1_693_657_560_000,
    },
  ],
  'a key in hex': [
    { secretEncoding: 'hex' },
    { secret: '00ff', body: '{}', headers: { 'x-signature': hex(Buffer.from('00ff', 'hex'), '{}') } },
  ],
  'a key in base64': [
    { secretEncoding: 'base64' },
    { secret: 'AP8', body: '{}', headers: { 'x-signature': hex(Buffer.from('00ff', 'hex'), '{}') } },
  ],
};

describe('the declarative scheme', () => {
  passesEveryProvider(hmac, { secret: 'local-secret', otherSecret: 'another', covers: { body: true, time: false } });

  for (const [name, [settings, request]] of Object.entries(schemes)) {
    const idHeader = settings.idHeader?.toLowerCase();
    const valid = idHeader === undefined ? { kind: 'valid' } : { kind: 'valid', id: request.headers[idHeader] };
    it(`expresses ${name}`, async () => {
      assert.deepEqual(judge(settings, request), valid);
      assert.deepEqual(judge(settings, { ...request, body: `${request.body}!` }), {
        kind: 'invalid',
        fault: 'mismatch',
      });
      const wrong = { ...request, secret: request.secret.replace(/.$/, '0') };
      assert.deepEqual(judge(settings, wrong), { kind: 'invalid', fault: 'mismatch' });
      for (const header of Object.keys(request.headers)) {
        const without = { ...request, headers: { ...request.headers, [header]: undefined } };
        assert.deepEqual(judge(settings, without), { kind: 'invalid', fault: 'missing' }, header);
      }
      const message = { method: 'POST', url: request.url ?? URL, body: Buffer.from('[]') };
      const headers = await hmac.sign(message, request.secret, NOW, settings);
      const made = await judge(settings, { ...request, body: '[]', headers, now: NOW });
      assert.equal(made.kind, 'valid');
    });
  }

  const paddle = schemes.Paddle as [Settings, Request];
  const twitch = schemes.Twitch as [Settings, Request];

  it('judges the time after the signature, within the tolerance of the settings', () => {
    const [settings, request] = paddle;
    assert.deepEqual(judge(settings, { ...request, now: NOW + 5000 }), { kind: 'valid' });
    assert.deepEqual(judge(settings, { ...request, now: NOW + 5001 }), { kind: 'stale', skewMs: -5001 });
    assert.deepEqual(judge(settings, { ...request, now: 0, secret: 'x' }), { kind: 'invalid', fault: 'mismatch' });
  });

  it('refuses what is signed without a time if the source requires one', () => {
    const [settings, request] = schemes.Kustomer as [Settings, Request];
    assert.deepEqual(judge(settings, { ...request, requireTimestamp: true }), { kind: 'stale', skewMs: undefined });
    const [ofPaddle, timed] = paddle;
    assert.deepEqual(judge(ofPaddle, { ...timed, requireTimestamp: true }), { kind: 'valid' });
  });

  it('refuses other forms, and a header with too many signatures', () => {
    const [settings, request] = paddle;
    const withHeader = (header: string) => judge(settings, { ...request, headers: { 'paddle-signature': header } });
    const h1 = `h1=${hex('pdl_ntfset_1', `${SECONDS}:{}`)}`;
    assert.deepEqual(withHeader(`ts=${SECONDS};${h1}`), { kind: 'valid' });
    for (const header of [
      '',
      `ts=${SECONDS}`,
      h1,
      `ts=${SECONDS};h2=00`,
      `ts=${SECONDS};h1=zz`,
      `ts=0${SECONDS};${h1}`,
      `ts=${SECONDS}${`;${h1}`.repeat(10_000)}`,
    ])
      assert.deepEqual(withHeader(header), { kind: 'invalid', fault: 'form' }, header.slice(0, 80));
  });

  it('refuses an id or a time that moves the boundary to its neighbour', () => {
    const [settings, request] = twitch;
    const move = (id: string, time: string) => {
      const headers = {
        ...request.headers,
        'twitch-eventsub-message-id': id,
        'twitch-eventsub-message-timestamp': time,
      };
      return judge(settings, { ...request, headers });
    };
    assert.deepEqual(move(TWITCH_ID + TWITCH_TIME[0], TWITCH_TIME.slice(1)), { kind: 'invalid', fault: 'form' });
    assert.deepEqual(move(TWITCH_ID.slice(0, -1), TWITCH_ID.slice(-1) + TWITCH_TIME), {
      kind: 'invalid',
      fault: 'form',
    });
    assert.deepEqual(move('', TWITCH_ID + TWITCH_TIME), { kind: 'invalid', fault: 'form' });
    const dotted = { content: '{id}.{timestamp}.{body}', idHeader: 'id', timestampHeader: 'time' };
    const headers = { id: 'a.b', time: SECONDS, 'x-signature': hex('s', `a.b.${SECONDS}.{}`) };
    assert.deepEqual(judge(dotted, { secret: 's', body: '{}', headers }), { kind: 'invalid', fault: 'form' });
  });

  it('refuses settings that do not fit together', () => {
    const refused: [Settings, RegExp][] = [
      [{ content: '{timestamp}', timestampHeader: 't' }, /must have \{body\}/],
      [{ content: '{timestamp}.{body}' }, /needs timestampHeader/],
      [{ timestampHeader: 't' }, /needs timestampHeader/],
      [{ content: '{timestamp}{body}', timestampPrefix: 't=' }, /needs separator/],
      [{ content: '{id}.{body}' }, /idHeader need each other/],
      [{ content: '{id}{body}', idHeader: 'id' }, /between \{id\} and \{body\}/],
      [{ content: '{nonce}{body}' }, /no other braces/],
      [{ content: '{body}{body}' }, /each part once/],
      [{ secretEncoding: 'hex' }, /written in hex/],
    ];
    for (const [settings, message] of refused)
      assert.throws(() => judge(settings, { secret: 'local-secret', body: '', headers: {} }), {
        name: 'RangeError',
        message,
      });
    const noUrl = { keys: [], requireTimestamp: false, publicUrl: undefined, settings: { content: '{url}{body}' } };
    assert.throws(() => hmac.verifier(noUrl), /publicUrl/);
  });
});

describe('the declarative scheme with a time and several signatures', () => {
  passesEveryProvider(hmac, {
    secret: 'local-secret',
    otherSecret: 'another',
    settings: { separator: ',', prefix: 'v1=', content: '{timestamp}.{body}', timestampPrefix: 't=' },
    severalSignatures: true,
    covers: { body: true, time: true },
  });
});

describe('hmac mapping', () => {
  knowsItsExamples(hmac);
  mapsItsExamples(hmac, {
    escalation: [
      {
        type: 'conversation.escalated',
        id: RUN,
        at: ISO,
        fields: {
          conversationId: `conv-${RUN}`,
          reason: 'Asked for a person',
          customer: { name: 'Ada Lovelace', email: 'ada@example.com' },
        },
      },
    ],
  });
});
