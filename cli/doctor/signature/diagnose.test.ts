import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Provider, type ProviderName, providers } from '@switchboard/providers';
import { diagnose, type Examined } from './diagnose.ts';
import { keyOf } from './trial.ts';

const NOW = Date.UTC(2026, 0, 15, 10, 30);
const URL = 'https://hooks.example.com/webhooks/source';
const SECRET = 'canary-secret-0123456789';
const WHSEC = `whsec_${Buffer.from(SECRET).toString('base64')}`;
const BODY = '{"b":"canary-wörld <1>","a":{"n":1}}';

const secretOf = (scheme: ProviderName): string => (scheme === 'standard-webhooks' ? WHSEC : SECRET);

interface Sent {
  /** What the sender signs and how, where it is not what the source expects. */
  as?: ProviderName;
  secret?: string;
  signed?: string | Buffer;
  signedUrl?: string;
  signedAt?: number;
}

/** A request to a source of this scheme, signed as the table says. */
async function capture(scheme: ProviderName, sent: Sent = {}, changes: Partial<Examined> = {}): Promise<Examined> {
  const { as = scheme, secret = secretOf(as), signed = BODY, signedUrl = URL, signedAt = NOW } = sent;
  const provider: Provider = providers[scheme];
  const signing: Provider = providers[as];
  const headers = await signing.sign(
    { method: 'POST', url: signedUrl, body: Buffer.from(signed) },
    secret,
    signedAt,
    {},
  );
  const secrets = changes.secrets ?? [secretOf(scheme)];
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    provider,
    scheme,
    secrets,
    keys: secrets.flatMap((one) => keyOf(provider, one) ?? []),
    requireTimestamp: false,
    settings: {},
    url: URL,
    called: undefined,
    method: 'POST',
    headers: { host: 'hooks.example.com', 'content-type': 'application/json', ...Object.fromEntries(lower) },
    body: Buffer.from(BODY),
    now: NOW,
    isTimeKnown: true,
    others: [],
    ...changes,
  };
}

async function sentences(request: Examined): Promise<string> {
  const { isRight, sentences } = await diagnose(request);
  const text = sentences.join('\n');
  assert.equal(isRight, text.startsWith('The signature is right.') || text.startsWith('The request only'));
  assert.doesNotMatch(text, /canary|wörld/);
  for (const value of Object.values(request.headers).filter((value) => String(value).length >= 24))
    assert.ok(!text.includes(String(value)), 'shows a signature');
  return text;
}

const without = ({ headers, ...request }: Examined, name: string, instead: object = {}): Examined => ({
  ...request,
  headers: { ...Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name)), ...instead },
});

const SCHEMES = ['platform', 'slack', 'stripe', 'standard-webhooks', 'shopify', 'twilio', 'github'] as const;

describe('doctor signature', () => {
  for (const scheme of SCHEMES) {
    it(`finds ${scheme} right`, async () => {
      assert.equal(await sentences(await capture(scheme)), 'The signature is right.');
    });

    it(`knows no usual mistake for another secret of ${scheme}`, async () => {
      const secret =
        scheme === 'standard-webhooks' ? `whsec_${Buffer.alloc(24).toString('base64')}` : 'of someone else';
      assert.match(await sentences(await capture(scheme, { secret })), /no usual mistake explains it/);
    });

    it(`finds the source whose secret signs for ${scheme}`, async () => {
      const secret =
        scheme === 'standard-webhooks' ? `whsec_${Buffer.alloc(24).toString('base64')}` : 'of someone else';
      const others = [
        { name: 'shop', scheme: 'platform', secrets: ['nothing'] },
        { name: 'other', scheme, secrets: [secret] },
      ];
      assert.match(
        await sentences(await capture(scheme, { secret }, { others })),
        /fits the secret of the source other\./,
      );
    });
  }

  const ofPlatform = { as: 'platform' } as const;
  const cases: readonly (readonly [what: string, request: Promise<Examined>, sentence: RegExp])[] = [
    [
      'a missing header',
      capture('slack').then((request) => without(request, 'x-slack-request-timestamp')),
      /^The header x-slack-request-timestamp is missing\. Send it/,
    ],
    [
      'both headers missing',
      capture('slack').then((request) => without(without(request, 'x-slack-request-timestamp'), 'x-slack-signature')),
      /^The headers x-slack-signature and x-slack-request-timestamp are missing\./,
    ],
    [
      'a header with another name',
      capture('shopify').then((request) => without(request, 'x-shopify-hmac-sha256', { x_shopify_hmac_sha256: 'x' })),
      /x-shopify-hmac-sha256 \(the nearest header of the request is x_shopify_hmac_sha256\) is missing/,
    ],
    [
      'a missing header of a scheme with an optional one',
      capture('platform').then((request) => without(without(request, 'x-webhook-signature'), 'x-webhook-timestamp')),
      /^The header x-webhook-signature is missing\./,
    ],
    [
      'no prefix',
      capture('slack').then((request) =>
        without(request, '', { 'x-slack-signature': String(request.headers['x-slack-signature']).slice(3) }),
      ),
      /^The header x-slack-signature has the wrong form: it is <64 hex digits>, and must be v0=<64 hex digits>\.$/,
    ],
    [
      'milliseconds in place of seconds',
      capture('slack').then((request) => without(request, '', { 'x-slack-request-timestamp': String(NOW) })),
      /x-slack-request-timestamp has the wrong form: it is <milliseconds .*>, and must be <seconds since 1970>/,
    ],
    [
      'no list of parts',
      capture('stripe').then((request) => without(request, '', { 'stripe-signature': 'a'.repeat(64) })),
      /stripe-signature has the wrong form: it is <64 hex digits>, and must be t=<seconds since 1970>,v1=<64 hex/,
    ],
    [
      'an old time',
      capture('slack', { signedAt: NOW - 725_000 }),
      /^The signature is right, but its time is 725 s behind ours; 300 s are allowed\./,
    ],
    [
      'a time zone',
      capture('stripe', { signedAt: NOW + 7_200_000 }),
      /7200 s ahead of ours.* local time in place of UTC/,
    ],
    [
      'an old capture',
      capture('github', {}, { requireTimestamp: true, isTimeKnown: false }),
      /signs no time, which the source requires/,
    ],
    [
      'a capture of an unknown time',
      capture('standard-webhooks', { signedAt: NOW - 90_000_000 }, { isTimeKnown: false }),
      /give the time at which it arrived as --at\./,
    ],
    [
      'JSON that was read and written',
      capture('platform', { signed: JSON.stringify(JSON.parse(BODY), null, 2) }),
      /JSON with indentation of 2/,
    ],
    [
      'JSON that was spaced when it was signed',
      capture('github', { signed: '{"b": "canary-w\\u00f6rld <1>", "a": {"n": 1}}' }),
      /fits the JSON as Python writes it \(", " and ": "\)\. Sign the bytes that are sent/,
    ],
    [
      'spaced JSON that arrived, though the signature is over compact JSON',
      capture('shopify', {}, { body: Buffer.from('{ "b": "canary-wörld <1>", "a": { "n": 1 } }') }),
      /fits the JSON as JSON\.stringify writes it/,
    ],
    ['sorted keys', capture('stripe', { signed: '{"a":{"n":1},"b":"canary-wörld <1>"}' }), /JSON with sorted keys/],
    [
      'a trailing newline',
      capture('slack', {}, { body: Buffer.from(`${BODY}\n`) }),
      /without its last line break.*save it again/,
    ],
    [
      'CRLF',
      capture('platform', { signed: `${BODY}\r\n` }, { body: Buffer.from(`${BODY}\n`) }),
      /line breaks of Windows/,
    ],
    ['ISO 8859-1', capture('github', { signed: Buffer.from(BODY, 'latin1') }), /in ISO 8859-1\. Send and sign UTF-8/],
    ['a newline in the secret', capture('github', { secret: `${SECRET}\n` }), /secret with a line break at its end/],
    ['the decoded secret', capture('stripe', { secret: SECRET }, { secrets: [`whsec_${SECRET}`] }), /without whsec_/],
    [
      'a secret without whsec_',
      capture('stripe', { secret: `whsec_${SECRET}` }, { secrets: [SECRET] }),
      /fits the secret with whsec_\. Write the secret with whsec_/,
    ],
    [
      'the characters of the secret as its key',
      capture('standard-webhooks', { secret: `whsec_${Buffer.from(WHSEC).toString('base64')}` }),
      /the characters of the secret as the key\. The sender must decode the secret from base64/,
    ],
    [
      'base64 that the sender decoded',
      capture('platform', { secret: SECRET }, { secrets: [Buffer.from(SECRET).toString('base64')] }),
      /fits the bytes that the secret is base64 for/,
    ],
    [
      'http for https',
      capture('twilio', { signedUrl: URL.replace('https', 'http') }),
      /another protocol\. Set publicUrl to http:\/\/hooks/,
    ],
    [
      'a trailing slash',
      capture('twilio', { signedUrl: `${URL}/` }),
      /with another trailing slash\. Set publicUrl to https:\S+source\/\./,
    ],
    [
      'a port',
      capture('twilio', { signedUrl: URL.replace('.com', '.com:8443') }, { called: URL.replace('.com', '.com:8443') }),
      /another port\./,
    ],
    [
      'a path',
      capture('twilio', { signedUrl: 'https://hooks.example.com/in' }, { called: 'http://hooks.example.com/in' }),
      /another path\./,
    ],
    [
      'no query',
      capture('twilio', { signedUrl: URL }, { url: `${URL}?a=1` }),
      /another query\. A proxy, or the sender/,
    ],
    [
      'another address and another secret',
      capture('twilio', { signedUrl: `${URL}/`, secret: `${SECRET}\n` }),
      /fits the secret with a line break at its end, with the address with another trailing slash\./,
    ],
    [
      'the scheme of GitHub',
      capture('slack', { as: 'github' }),
      /^The request is signed as github or meta does\. Correct scheme .* says slack/,
    ],
    ['the scheme of Stripe', capture('platform', { as: 'stripe' }), /signed as stripe does/],
    ['the platform’s scheme', capture('twilio', ofPlatform), /signed as platform does/],
    [
      'the headers of another scheme',
      capture('slack', { as: 'shopify', secret: 'another' }),
      /has the headers of shopify/,
    ],
    [
      'a body of another length',
      capture('github', { signed: 'other' }).then((request) => without(request, '', { 'content-length': '5' })),
      /says that its body has 5 bytes, but the file with the body has 37/,
    ],
  ];
  for (const [what, request, sentence] of cases) {
    it(`says what is wrong: ${what}`, async () => {
      assert.match(await sentences(await request), sentence);
    });
  }

  it('needs no secret to find a check of the address right', async () => {
    const request = await capture('slack', {}, { body: Buffer.from('ssl_check=1&token=canary') });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    assert.match(await sentences({ ...request, headers }), /^The request only checks the address/);
  });

  it('reads the query that was called for a source without a public address', async () => {
    const called = `${URL}?hub.mode=subscribe&hub.verify_token=canary&hub.challenge=1158201444`;
    const get = { method: 'GET', url: undefined, called, settings: { verifyToken: 'canary' } };
    assert.match(await sentences(await capture('meta', {}, get)), /^The request only checks the address/);
  });
});
