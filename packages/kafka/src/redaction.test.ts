import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redactId, redactSentence, shorten } from './redaction.ts';

const sentences: readonly (readonly [text: string, shown: string])[] = [
  ['no ticket for eva.b@example.org.', 'no ticket for [e-mail].'],
  ['invalid_auth for eva.b@example.org: check SLACK_TOKEN', 'invalid_auth for [e-mail]: check SLACK_TOKEN'],
  ['GET /users/jane%40example.org?email=müller@bücher.example&x=1', 'GET /users/[e-mail]?email=[e-mail]&x=1'],
  ['<o.brien+shop@mail.example.co.uk>', '<[e-mail]>'],
  ['eva@163.com, root@10.1.2.3', '[e-mail], [e-mail]'],
  ['redis://:s3cret@10.0.0.1:6379 refuses', 'redis://[credentials]@10.0.0.1:6379 refuses'],
  ['https://user:p@ss@example.org/a', 'https://[credentials]@example.org/a'],
  ['call +49 (170) 123-45 67 or 491701234567', 'call [number] or [number]'],
  ['call 12.34.56.78 or 01.23.45.67.89', 'call [number] or [number]'],
  [
    'order 4711 of 2026-01-15 came at 2026-01-15T10:00:00.123Z',
    'order 4711 of 2026-01-15 came at 2026-01-15T10:00:00.123Z',
  ],
  ['2026-01-15 10:00:00 is a time, +2026-01-15 is none', '2026-01-15 10:00:00 is a time, [number] is none'],
  ['c-77:2026-01-15T10:00:00Z:message.received', 'c-77:2026-01-15T10:00:00Z:message.received'],
  ['conv-20260115-4711 and 20260115', 'conv-20260115-4711 and [number]'],
  ['5f1c2d7e-1234-4567-8901-234567890123', '5f1c2d7e-1234-4567-8901-234567890123'],
  ['57143119b6ea414fa61a6f43aa730cdb was given up', '57143119b6ea414fa61a6f43aa730cdb was given up'],
  ['paid with 4111111111111111', 'paid with [number]'],
  ['connect ECONNREFUSED 192.168.100.200:9092', 'connect ECONNREFUSED 192.168.100.200:9092'],
  [
    'at run (file:///app/node_modules/.pnpm/cockatiel@3.2.1/node_modules/cockatiel/dist/x.js:12:7)',
    'at run (file:///app/node_modules/.pnpm/cockatiel@3.2.1/node_modules/cockatiel/dist/x.js:12:7)',
  ],
  [
    '/.pnpm/@platformatic+kafka@2.2.0_patch_hash=ab1/node_modules/@platformatic/kafka/index.js',
    '/.pnpm/@platformatic+kafka@2.2.0_patch_hash=ab1/node_modules/@platformatic/kafka/index.js',
  ],
];

describe('a sentence', () => {
  for (const [text, shown] of sentences)
    it(`"${text}" is shown as "${shown}"`, () => assert.equal(redactSentence(text), shown));
});

const ids: readonly (readonly [id: string, personal: boolean, shown: string])[] = [
  ['acme:jane@example', true, 'acme:[e-mail]'],
  ['acme:491705550199', true, 'acme:[number]'],
  ['acme:491705550199', false, 'acme:491705550199'],
  ['acme:+49 170 5550199', false, 'acme:[number]'],
  ['c-77:2026-01-15T10:00:00Z:lead.captured', true, 'c-77:2026-01-15T10:00:00Z:lead.captured'],
  ['c-77:2026-01-15:lead.captured', true, 'c-77:2026-01-15:lead.captured'],
  ['4915123456789:1768471200:message.received', true, '[number]:1768471200:message.received'],
  ['57143119b6ea414fa61a6f43aa730cdb', true, '57143119b6ea414fa61a6f43aa730cdb'],
  ['57143119-b6ea-414f-a61a-6f43aa730cdb', true, '57143119-b6ea-414f-a61a-6f43aa730cdb'],
  ['4111111111111111', true, '[number]'],
  ['c-77:1768471200', true, 'c-77:[number]'],
];

describe('an id', () => {
  for (const [id, personal, shown] of ids) {
    it(`${id}${personal ? ' that may be of a person' : ''} is shown as ${shown}`, () =>
      assert.equal(redactId(id, { personal }), shown));
  }
});

describe('a very long text', () => {
  const LENGTH = 200_000;
  const fill = (part: string): string => part.repeat(Math.ceil(LENGTH / part.length));
  const parts = [
    'a',
    '@',
    'a@',
    'a.',
    'a@a.',
    'a@1.',
    '%40',
    '1',
    '1 ',
    '+1',
    '1-',
    '.',
    '://',
    '://a@',
    '-',
    '1.1.1.1',
    ':1',
    'a:',
    '2026-01-15',
  ];

  it('is redacted in linear time', () => {
    const startedAt = performance.now();
    for (const part of parts) {
      for (const text of [fill(part), `${fill(part)}@`, `@${fill(part)}`, `${fill(part)}\n`]) {
        redactSentence(text);
        redactId(text, { personal: true });
        redactId(text, { personal: false });
        shorten(text, LENGTH - 1);
      }
    }
    // A quadratic pattern takes minutes on a single one of these.
    assert.ok(performance.now() - startedAt < 30_000);
  });

  it('is cut before an address or a number, never within one', () => {
    assert.equal(shorten('call eva.b@example.org', 7), 'call …');
    assert.equal(shorten('call +491701234567', 15), 'call …');
    assert.equal(shorten('short', 15), 'short');
    assert.equal(shorten('a'.repeat(20), 10), `${'a'.repeat(10)}…`);
  });
});
