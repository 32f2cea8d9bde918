import assert from 'node:assert/strict';
import { it } from 'node:test';
import { plainText } from './plain-text.ts';

it('keeps the text of simple HTML, a line for each paragraph', () => {
  assert.equal(
    plainText('<p>Hello <b>you</b> &amp; me</p><p>1 &lt; 2<br/>&#39;x&#39;</p>'),
    "Hello you & me\n1 < 2\n'x'",
  );
  assert.equal(plainText('no markup'), 'no markup');
});

it('decodes an entity once, and keeps what is no markup', () => {
  assert.equal(plainText('&amp;lt;b&amp;gt; &copy; 1 < 2 > 0'), '&lt;b&gt; &copy; 1  0');
});

it('takes linear time', () => {
  const startedAt = process.cpuUsage().user;
  for (const part of ['<', '<br ', '</p', '&amp', '<a', ' \n']) plainText(part.repeat(1_000_000 / part.length));
  assert.ok((process.cpuUsage().user - startedAt) / 1_000 < 2_000);
});
