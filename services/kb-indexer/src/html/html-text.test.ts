import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readSections, sectionsOf } from './html-text.ts';

const textOf = (html: string): string =>
  sectionsOf(html)
    .map(({ text }) => text)
    .join('\n');

const piece = fc.constantFrom(
  '<',
  '>',
  '</',
  '"',
  "'",
  '=',
  '!--',
  '-->',
  '&',
  ';',
  '&amp',
  '<p',
  '<b>',
  '</b>',
  '<h1>',
  '</h1>',
  '<svg>',
  '<pre>',
  '<li>',
  '<td>',
  'hidden',
  '<script>',
  '</script>',
  '<title>',
  ' ',
  'a',
  '😀',
  '\ud800',
  '\0',
  '<![CDATA[',
  ']]>',
  '<?x',
);

describe('the text of an article', () => {
  it('is the readable text under its headings', () => {
    const html = `<!doctype html><html><head><title>Site</title><style>p { color: red }</style></head><body>
      <header><a href="/">Home</a></header><nav><ul><li>Menu</li></ul></nav>
      <main><p>Before <em>the</em> first&nbsp;heading.</p><!-- a comment -->
      <h1>How to <b>return</b></h1><p>You have 30&#8239;days &amp; a&nbsp;label.</p>
      <script>alert('no')</script><noscript>Enable it</noscript>
      <h2>Money</h2><p>Comes back.</p><h3>When</h3><p>Soon.</p><h2>Parcel</h2><p>Any branch.</p></main>
      <aside>Read also</aside><footer>Imprint</footer></body></html>`;
    assert.deepEqual(sectionsOf(html), [
      { heading: '', text: 'Before the first heading.' },
      { heading: 'How to return', text: 'You have 30 days & a label.' },
      { heading: 'How to return › Money', text: 'Comes back.' },
      { heading: 'How to return › Money › When', text: 'Soon.' },
      { heading: 'How to return › Parcel', text: 'Any branch.' },
    ]);
  });

  for (const [what, html, text] of [
    ['one line per list item', '<ul><li>One<li>Two<ol><li>a</ol></ul>', '- One\n- Two\n- a'],
    ['one line per table row', '<table><tr><th>Size<th>Price<tr><td>S<td>1 €</table>', 'Size | Price\nS | 1 €'],
    [
      'code with its whitespace',
      '<pre><code>if (a &lt; b) {\n  go();\n}\n</code></pre>after',
      'if (a < b) {\n  go();\n}\nafter',
    ],
    ['breaks as new lines', 'one<br>two<br/>three', 'one\ntwo\nthree'],
    ['words split by markup as one word', 'un<b>break</b>able soft&shy;hyphen', 'unbreakable softhyphen'],
    ['blocks apart', '<div>one</div><div>two</div><p>three<p>four', 'one\ntwo\nthree\nfour'],
    ['the alternative text of pictures', '<p>see <img src="x" alt="the label"> here', 'see the label here'],
    [
      'entities decoded once',
      '&amp;lt;b&amp;gt; &lt;script&gt; &eacute; &#x1F600; &nosuch;',
      '&lt;b&gt; <script> é 😀 &nosuch;',
    ],
    [
      'no hidden elements',
      '<p hidden>a<p style="color:red; display: none">b<p aria-hidden="true">c<div role="navigation">d</div>e',
      'e',
    ],
    ['no content of hidden elements', '<div hidden><p>a</p><div>b</div></div><p>c', 'c'],
    [
      'no drawings, but the text after them',
      '<svg><title>t</title><style/><path/></svg>text<math><mi>x</mi></math>',
      'textx',
    ],
    ['no end tag without a start tag', '</div>a</p></b>b', 'ab'],
    ['an item without an end tag', '<ul><li hidden>a<li>b</ul>', '- b'],
    ['text of an element without an end tag', '<p>one<b>two', 'onetwo'],
    ['plain text as it is', 'a < b and c > d & "e"', 'a < b and c > d & "e"'],
    ['no control characters', 'a\u0000b\u0007c\u200bd', 'abcd'],
    ['no text if there is none', ' <p> </p> <ul><li></ul>', ''],
  ] as const) {
    it(`has ${what}`, () => assert.equal(textOf(html), text));
  }

  it('keeps text after an unclosed heading', () => {
    const long = 'word '.repeat(100).trim();
    assert.deepEqual(sectionsOf(`<h1>Title</h1><h2>${long}<p>more`), [{ heading: 'Title', text: `${long}\nmore` }]);
    assert.deepEqual(sectionsOf('<h2>One<h2>Two</h2>text'), [
      { heading: 'One', text: '' },
      { heading: 'Two', text: 'text' },
    ]);
  });

  it('is extracted from any input without failing, and contains no tags', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        for (const { heading, text } of sectionsOf(pieces.join(''))) assert.equal(typeof (heading + text), 'string');
      }),
      { numRuns: 1_000 },
    );
  });

  it('is the same for any slicing of the input', async () => {
    const html = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(html, fc.integer({ min: 1, max: 40 }), async (text, slice) => {
        assert.deepEqual(await readSections(text, slice), sectionsOf(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps a heading that is a prefix of the next one of its level', () => {
    assert.deepEqual(sectionsOf('<h2>Refund</h2><h2>Refunds</h2>text'), [
      { heading: 'Refund', text: '' },
      { heading: 'Refunds', text: 'text' },
    ]);
  });
});

describe('a hostile text of a megabyte', () => {
  const fill = (piece: string) => piece.repeat(Math.floor(1_048_576 / piece.length));
  const half = (one: string, other: string) => fill(one).slice(0, 524_288) + fill(other).slice(0, 524_288);
  for (const [what, html] of Object.entries({
    'nested elements': fill('<div>'),
    'nested and closed elements': half('<div>', '</div>'),
    'end tags without start tags': half('<abc>', '</abd>'),
    'implied paragraphs': half('<b>', '</p>'),
    'nested lists': fill('<ul><li>'),
    'nested tables': fill('<table><tr><td>'),
    'nested headings': fill('<h1><h2>a'),
    headings: fill('<h1>a'),
    'cells without a row': fill('<td>a'),
    'unclosed tables': fill('<table>'),
    'dashes in cells': fill('<td>- '),
    dashes: fill('-'),
    'combining marks': fill('\u0301'),
    'halves of surrogate pairs': fill('\ud800'),
    'nested drawings': half('<svg>', '</g>'),
    'nested hidden elements': half('<div hidden>', '</p>'),
    'nested navigation': half('<nav><b>', '</nav>'),
    'unclosed comments': fill('<!--'),
    'unclosed quotes': fill('<a b="'),
    attributes: `<a ${fill('b=c ')}`,
    'attributes that are styles': `<a style="${fill('display :')}">`,
    entities: fill('&amp;'),
    'half entities': fill('&'),
    'opening brackets': fill('<'),
    spaces: fill(' '),
    'lines of code': `<pre>${fill('\n')}`,
    breaks: fill('<br>'),
  })) {
    // Some take tens of milliseconds; quadratic code takes minutes.
    it(`of ${what} is read in a few seconds`, { timeout: 20_000 }, () => {
      const startedAt = performance.now();
      sectionsOf(html);
      assert.ok(performance.now() - startedAt < 10_000);
    });
  }
});
