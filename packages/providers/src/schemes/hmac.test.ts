import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import {
  ADDRESS,
  hex,
  hmacVendors,
  NOW,
  type Request,
  SECONDS,
  type Settings,
  TWITCH_ID,
  TWITCH_TIME,
} from '../../fixtures/hmac-vendors.ts';
import { knowsItsExamples } from '../../fixtures/known-suite.ts';
import { ISO, RUN } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
import { hmac } from './hmac.ts';

const judge = (
  settings: Settings,
  { secret, url = ADDRESS, body, headers, now = NOW, requireTimestamp = false }: Request,
) =>
  hmac.verifier({ keys: [createSecretKey(Buffer.from(secret))], requireTimestamp, publicUrl: ADDRESS, settings })(
    { method: 'POST', url, headers, body: Buffer.from(body) },
    now,
  );

describe('the declarative scheme', () => {
  passesEveryProvider(hmac, { secret: 'local-secret', otherSecret: 'another', covers: { body: true, time: false } });

  for (const [name, [settings, request]] of Object.entries(hmacVendors)) {
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
      const message = { method: 'POST', url: request.url ?? ADDRESS, body: Buffer.from('[]') };
      const headers = await hmac.sign(message, request.secret, NOW, settings);
      const made = await judge(settings, { ...request, body: '[]', headers, now: NOW });
      assert.equal(made.kind, 'valid');
    });
  }

  const paddle = hmacVendors.Paddle as [Settings, Request];
  const twitch = hmacVendors.Twitch as [Settings, Request];

  it('judges the time after the signature, within the tolerance of the settings', () => {
    const [settings, request] = paddle;
    assert.deepEqual(judge(settings, { ...request, now: NOW + 5000 }), { kind: 'valid' });
    assert.deepEqual(judge(settings, { ...request, now: NOW + 5001 }), { kind: 'stale', skewMs: -5001 });
    assert.deepEqual(judge(settings, { ...request, now: 0, secret: 'x' }), { kind: 'invalid', fault: 'mismatch' });
  });

  it('refuses what is signed without a time if the source requires one', () => {
    const [settings, request] = hmacVendors.Kustomer as [Settings, Request];
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

it('docs/providers.md has the settings of these platforms', () => {
  const text = readFileSync(new URL('../../../../docs/providers.md', import.meta.url), 'utf8');
  const [, block = ''] = /settings of `scheme: hmac`.*?```yaml\n(.*?)```/s.exec(text) ?? [];
  const platforms = block.split(/^# /m).slice(1);
  assert.equal(platforms.length, 4);
  for (const platform of platforms) {
    const [name = ''] = /^\w+/.exec(platform) ?? [];
    const lines = [...platform.matchAll(/^(\w+): (.*)$/gm)].map(([, key = '', value = '']) => [
      key,
      value.replaceAll('"', ''),
    ]);
    const [settings] = hmacVendors[name] ?? assert.fail(name);
    assert.deepEqual(
      lines,
      Object.entries(settings).map(([key, value]) => [key, String(value)]),
      name,
    );
  }
});
