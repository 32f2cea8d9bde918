import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '@switchboard/service/command-line';
import { readCurl, readHeaders } from './capture.ts';

describe('a captured request', () => {
  it('is read from lines of headers', () => {
    assert.deepEqual(readHeaders('Host: a.example\r\nX-Signature:  v0=12 \r\nX-A: 1\r\nx-a: 2\r\n\r\n'), {
      method: undefined,
      url: undefined,
      headers: { host: 'a.example', 'x-signature': 'v0=12', 'x-a': '1, 2' },
    });
  });

  it('is read with its request line', () => {
    const { method, url } = readHeaders('PUT /webhooks/shop?a=1 HTTP/1.1\nHost: a.example:8080\n');
    assert.deepEqual([method, url], ['PUT', 'http://a.example:8080/webhooks/shop?a=1']);
  });

  it('is read from the output of curl -v, without the answer and what curl says', () => {
    const output = `* Connected to a.example (192.0.2.1) port 443
* SSL connection using TLSv1.3 / AEAD-AES256-GCM-SHA384
{ [5 bytes data]
> POST /webhooks/slack HTTP/2
> Host: a.example
> X-Slack-Signature: v0=ab
>
* upload completely sent off: 12 bytes
< HTTP/2 401
< x-answer: no
`;
    assert.deepEqual(readCurl(output), {
      method: 'POST',
      url: 'https://a.example/webhooks/slack',
      headers: { host: 'a.example', 'x-slack-signature': 'v0=ab' },
    });
  });

  it('is refused without headers, and without quoting what is none', () => {
    assert.throws(() => readHeaders('\n'), UsageError);
    assert.throws(() => readCurl('< HTTP/1.1 200 OK\n'), UsageError);
    assert.throws(
      () => readHeaders('{"canary": 1}'),
      (error: Error) => {
        assert.doesNotMatch(error.message, /canary/);
        return error instanceof UsageError;
      },
    );
  });
});
