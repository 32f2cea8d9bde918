import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { plainText, shortened } from './plain-text.ts';

const READ: [html: string, text: string][] = [
  ['<p>One</p><p>two <b>three</b></p>', 'One\ntwo three'],
  ['<ul><li>a</li><li class="x">b</li></ul>', '• a\n• b'],
  ['a<br>b<br/>c', 'a\nb\nc'],
  ['1 &lt; 2 &amp;&amp; 3 &gt; 2 &#233; &#x1F600; &nope;', '1 < 2 && 3 > 2 é 😀 &nope;'],
  ['&amp;lt;script&amp;gt;', '&lt;script&gt;'],
  ['&lt;script&gt;', '<script>'],
  ['<p title="1 > 0">One</p><a href=\'?a="b"&c=>\' >two</a>', 'One\ntwo'],
  ['<mark>One</mark> <del>two</del><!-- <b>three</b> --><figure>four</figure>', 'One two\nfour'],
  ['<table><tr><td>a</td><td>b</td></tr><tr><th>c</th></tr></table>', 'a b\nc'],
  ['<div>One\n  two</div><pre>three\nfour</pre>', 'One two\nthree\nfour'],
  ['One\ntwo, 1 < 2 and <b>3</b> > 2', 'One\ntwo, 1 < 2 and 3 > 2'],
  ['One <b>two</b> <a href="three', 'One two <a href="three'],
  // Dangerous markup stays visible.
  ['<script>a</script><img src=x>', '<script>a</script><img src=x>'],
  ['&#0;&#x110000;', '&#0;&#x110000;'],
];
for (const [html, text] of READ) it(`reads ${html} as its reader does`, () => assert.equal(plainText(html), text));

it('reads any input in little time', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('<', '>', '/', 'p', '&', '#', 'x', ';', ' ', '\n', '"') }),
      (html) => void plainText(html),
    ),
  );
  for (const hostile of [
    '<p '.repeat(60_000),
    '<'.repeat(200_000),
    '&#'.repeat(90_000),
    ' \n'.repeat(90_000),
    ' '.repeat(200_000),
  ])
    plainText(hostile);
  for (const hostile of [
    '<p a="'.repeat(30_000),
    '<x '.repeat(60_000),
    '<!--'.repeat(50_000),
    `${'<x '.repeat(60_000)}>`,
  ])
    plainText(hostile);
});

it('shortens a long text, counts what it leaves out, and splits no emoji', () => {
  assert.equal(shortened('abc', 3), 'abc');
  assert.equal(shortened('abcdef', 3), 'abc … (3 more characters)');
  assert.equal(shortened('ab😀def', 3), 'ab … (5 more characters)');
});
