import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnavailableError } from '@switchboard/consumer';
import { smtpFailure } from './smtp-failure.ts';

/** Errors of nodemailer that a plain server cannot be made to cause, or not soon. */
const PAUSE: Record<string, [error: object, reason: RegExp]> = {
  'an expired certificate': [
    { code: 'ESOCKET', originalCode: 'CERT_HAS_EXPIRED', command: 'CONN' },
    /CERT_HAS_EXPIRED\): check SMTP_URL and its certificate/,
  ],
  "another host's certificate": [
    { code: 'ESOCKET', originalCode: 'ERR_TLS_CERT_ALTNAME_INVALID', command: 'CONN' },
    /no TLS/,
  ],
  'an untrusted certificate': [
    { code: 'ESOCKET', originalCode: 'DEPTH_ZERO_SELF_SIGNED_CERT', command: 'CONN' },
    /no TLS/,
  ],
  'TLS that takes too long': [{ code: 'ETIMEDOUT', timeoutType: 'UPGRADE_TIMEOUT', command: 'CONN' }, /reached/],
  'no connection in time': [{ code: 'ETIMEDOUT', timeoutType: 'CONNECT_TIMEOUT', command: 'CONN' }, /reached/],
  'no greeting in time': [{ code: 'ETIMEDOUT', timeoutType: 'GREETING_TIMEOUT', command: 'CONN' }, /reached/],
  'a refused connection': [
    { code: 'ESOCKET', originalCode: 'ECONNREFUSED', syscall: 'connect', command: 'CONN' },
    /reached \(ECONNREFUSED\)/,
  ],
  'an unknown host': [{ code: 'EDNS', command: 'CONN' }, /reached/],
};

describe('errors that pause e-mail, with their reason:', () => {
  for (const [name, [error, reason]] of Object.entries(PAUSE)) {
    it(name, () => {
      const failure = smtpFailure(error, 'smtp');
      assert.ok(failure instanceof UnavailableError);
      assert.match(String(failure.cause), reason);
    });
  }
});

it('refused credentials have a code of their own, for the health check', () => {
  const { cause } = smtpFailure(
    { code: 'EAUTH', command: 'AUTH PLAIN', responseCode: 535 },
    'smtp',
  ) as UnavailableError;
  assert.equal((cause as { code?: string }).code, 'AUTHENTICATION_FAILED');
});

describe('errors that do not show whether the server is available:', () => {
  const LOST: Record<string, object> = {
    'a connection that was reset': { code: 'ESOCKET', originalCode: 'ECONNRESET', syscall: 'read', command: 'CONN' },
    'an answer that did not come': { code: 'ETIMEDOUT', timeoutType: 'SOCKET_TIMEOUT', command: 'CONN' },
    'an answer that was cut off': { code: 'ECONNECTION', command: 'CONN', responseCode: 554 },
  };
  for (const [name, error] of Object.entries(LOST)) it(name, () => assert.equal(smtpFailure(error, 'smtp'), undefined));
});
