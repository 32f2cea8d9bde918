import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { verifySlackRequest } from '@slack/bolt';
import { slackBodies } from '../../fixtures/bodies/slack.ts';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { knowsFullBodies } from '../../fixtures/full-bodies.ts';
import { invalid, judge, VALID } from '../../fixtures/judge.ts';
import { createMapper, NOW, SECONDS } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
import { slack } from './slack.ts';

const secrets = ['8f742231b10e8888abcd99yyyzzz85a5'];
const TIME = 1_531_420_618;
const command =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar' +
  '&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com' +
  '%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN' +
  '&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
const headers = {
  'x-slack-request-timestamp': String(TIME),
  'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
};
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const empty = { status: 200, contentType: 'text/plain', body: '' };

describe('Slack', () => {
  passesEveryProvider(slack, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    covers: { body: true, time: true },
    // Older apps accept it as a proof that a request comes from Slack.
    leavesOut: ['token'],
  });

  mapsItsExamples(slack, {
    message: [
      {
        type: 'message.received',
        id: 'Ev-run-1',
        at: SECONDS,
        fields: {
          conversationId: 'C024BE91L',
          userId: 'U2147483697',
          messageId: `${SECONDS}.000005`,
          text: 'Live long and prosper.',
          channel: 'slack',
          sentAt: NOW,
        },
      },
    ],
    'reply in a thread, also sent to the channel': [
      {
        type: 'message.received',
        id: 'Ev-run-1-thread',
        at: SECONDS,
        fields: {
          conversationId: 'C024BE91L',
          userId: 'U2147483697',
          messageId: `${SECONDS}.000007`,
          text: 'Found it.',
          channel: 'slack',
          sentAt: NOW,
        },
      },
    ],
    'message of a bot': [],
    command: [
      {
        type: 'message.received',
        id: '13345224609.run-1',
        fields: {
          conversationId: 'C2147483705',
          userId: 'U2147483697',
          messageId: '13345224609.run-1',
          text: '94070',
          channel: 'slack',
          customer: { name: 'steve' },
        },
      },
    ],
  });

  knowsFullBodies(slack, slackBodies);

  it("accepts the documentation's example, a form, and only at its time", async () => {
    const request = { secrets, headers, body: command };
    assert.deepEqual(await judge(slack, { ...request, now: TIME * 1_000 }), VALID);
    assert.deepEqual(await judge(slack, { ...request, now: TIME * 1_000 + 300_001 }), {
      kind: 'stale',
      skewMs: -300_001,
    });
  });

  it("signs as the vendor's library verifies, which also accepts the documentation's example", async () => {
    const verify = (body: string, given: Readonly<Record<string, string>>, now: number) =>
      verifySlackRequest({
        signingSecret: secrets[0] as string,
        body,
        headers: {
          'x-slack-signature': given['x-slack-signature'] as string,
          'x-slack-request-timestamp': Number(given['x-slack-request-timestamp']),
        },
        nowMilliseconds: now,
      });
    verify(command, headers, TIME * 1_000);
    const now = Date.now();
    const body = '{"type":"event_callback"}';
    const signed = await slack.sign({ method: 'POST', url: '', body: Buffer.from(body) }, secrets[0] as string, now);
    verify(body, signed, now);
    assert.throws(() => verify(`${body} `, signed, now));
  });

  it('refuses a time that is no number, and a signature of another version', async () => {
    for (const other of [{ 'x-slack-request-timestamp': 'now' }, { 'x-slack-signature': 'v1=00' }]) {
      assert.deepEqual(
        await judge(slack, { secrets, headers: { ...headers, ...other }, body: command }),
        invalid('form'),
      );
    }
  });

  it('answers the check of its certificate, which is not signed, and nothing else that is not', async () => {
    const check = 'ssl_check=1&token=xyzz0WbapA4vBCDEFasx0q6G';
    assert.deepEqual(await judge(slack, { secrets, headers: form, body: check }), { kind: 'reply', reply: empty });
    for (const request of [
      { headers: form, body: command },
      { headers: form, body: `ssl_check=1&${'x'.repeat(1_000)}` },
      { headers: { 'content-type': 'application/json' }, body: check },
    ]) {
      assert.deepEqual(await judge(slack, { secrets, ...request }), invalid('missing'));
    }
  });

  it('takes no reply in a thread that a bot also sends to the channel', () => {
    const event = { type: 'message', subtype: 'thread_broadcast', channel: 'C1', user: 'U1', text: 'Hi', ts: '1.5' };
    const mapOf = createMapper(slack);
    const types = (held: object) =>
      mapOf({ type: 'event_callback', event_id: 'Ev1', event_time: 1, event: { ...event, ...held } }).length;
    assert.deepEqual([types({}), types({ bot_id: 'B1' })], [1, 0]);
  });

  it('answers the check of the address', () => {
    const body = {
      token: 't',
      challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P',
      type: 'url_verification',
    };
    const reply = { status: 200, contentType: 'text/plain', body: body.challenge };
    assert.deepEqual(slack.handshake?.({ body, headers: {} }), reply);
    assert.equal(slack.handshake?.({ body: { ...body, challenge: 1 }, headers: {} }), undefined);
  });

  it('drops the token, with which others could pretend to be Slack', () => {
    assert.deepEqual(slack.split?.({ body: { token: 't', type: 'event_callback' }, headers: {} }), [
      { type: 'event_callback' },
    ]);
    assert.deepEqual(slack.split?.({ body: { payload: '{"token":"t"}' }, headers: {} }), [{}]);
  });

  it('reads the JSON in the form of an interaction', () => {
    const split = (body: { payload: string }) => slack.split?.({ body, headers: {} });
    assert.deepEqual(split({ payload: '{"type":"block_actions"}' }), [{ type: 'block_actions' }]);
    assert.deepEqual(split({ payload: '{' }), [{ payload: '{' }]);
  });
});
