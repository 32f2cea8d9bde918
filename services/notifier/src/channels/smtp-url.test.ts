import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { ConfigError } from '@switchboard/service';
import { readSmtpUrl } from './smtp-url.ts';

describe('an SMTP_URL', () => {
  it('says where the server is, and who we are', () => {
    assert.deepEqual(readSmtpUrl('smtps://jane%40shop:p%2Fw@mail.example:465'), {
      host: 'mail.example',
      port: 465,
      secure: true,
      requireTLS: false,
      auth: { user: 'jane@shop', pass: 'p/w' },
    });
    assert.deepEqual(readSmtpUrl('smtp://[2001:db8::1]'), { host: '2001:db8::1', secure: false, requireTLS: false });
  });

  const REQUIRES_TLS: Record<string, boolean> = {
    'smtp://user:pw@mail.example:587': true,
    'smtp://user:pw@mail.example:587?requireTLS=true': true,
    'smtp://user:pw@mail.example:587?requireTLS=false': false,
    'smtp://user:pw@localhost.example': true,
    'smtp://user:pw@127.evil.example': true,
    'smtp://user:pw@localhost': false,
    'smtp://user:pw@127.0.0.1:25': false,
    'smtp://user:pw@[::1]:25': false,
    'smtp://user:pw@localhost?requireTLS=true': true,
    'smtp://mail.example': false,
    'smtp://mail.example?requireTLS=true': true,
  };
  for (const [url, isRequired] of Object.entries(REQUIRES_TLS)) {
    it(`${isRequired ? 'requires' : 'does without'} TLS: ${url}`, () => {
      assert.equal(readSmtpUrl(url).requireTLS, isRequired);
    });
  }

  const MALFORMED = [
    'smtp://user:canary/7731@mail.example',
    'smtp://user:canary%7731%zz@mail.example',
    'smtp://user:canary@mail.example:port',
    'user:canary@mail.example',
    'https://user:canary@mail.example',
    'smtp:canary',
  ];
  for (const url of MALFORMED) {
    it(`that is malformed is not repeated: ${url}`, () => {
      assert.throws(
        () => readSmtpUrl(url),
        (error) => error instanceof ConfigError && /SMTP_URL/.test(error.message) && !/canary/.test(inspect(error)),
      );
    });
  }
});
