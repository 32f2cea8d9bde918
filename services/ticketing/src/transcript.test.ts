import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TranscriptEntry } from '@switchboard/events';
import fc from 'fast-check';
import { type AdfDocument, renderAdf } from './adf.ts';
import { renderHtml } from './html.ts';
import { plainText, shorten } from './plain-text.ts';
import { fitTranscript, type Report } from './transcript.ts';

const NASTY = [
  '<script>alert(1)</script>',
  '**bold** [link](javascript:alert(1))',
  '{{ticket.requester.email}}',
  '👩‍👩‍👧 😀',
  'שלום \u202Eevil\u2066',
  '\0',
  '\uD800',
  '\uDC00x',
  '&amp;"\'',
  '\r\n\u2028',
];
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(...NASTY),
  fc.tuple(fc.constantFrom(...NASTY), fc.integer({ min: 1, max: 4_000 })).map(([part, times]) => part.repeat(times)),
);
const entry = fc.record<TranscriptEntry>({
  role: fc.oneof(fc.constantFrom('user', 'bot', 'agent'), text),
  text: fc.option(text),
  timestamp: fc.option(fc.oneof(fc.integer({ min: 0, max: 4e12 }), fc.constantFrom(9e18, -9e18))),
});
const transcript = fc.array(entry, { maxLength: 60 });
const facts = [{ label: 'Customer', value: 'Jane' }];
const reference = 'switchboard-1/2';

/** What was rendered, and what it was rendered from. */
function fit<T>(entries: TranscriptEntry[], render: (report: Report) => T, fits: (rendered: T) => boolean) {
  let kept: Report | undefined;
  const rendered = fitTranscript({ facts, reference }, entries, {
    render(report) {
      kept = report;
      return render(report);
    },
    fits,
  });
  assert.ok(kept);
  return { rendered, kept };
}

describe('a transcript of anything at all', () => {
  it('fits into HTML, whole characters only, and none of it is markup', () => {
    fc.assert(
      fc.property(transcript, (entries) => {
        const { rendered } = fit(entries, renderHtml, (html) => Buffer.byteLength(html) <= 65_000);
        assert.ok(Buffer.byteLength(rendered) <= 65_000);
        assert.ok(rendered.isWellFormed());
        const withoutOurs = rendered.replace(/<\/?(?:p|b|i|br)>|&(?:amp|lt|gt|quot|#39);/g, '');
        assert.doesNotMatch(withoutOurs, /[<>&"']/);
        assert.doesNotMatch(rendered, /[\0\u202A-\u202E\u2066\u2067]|\{\{/);
      }),
      { numRuns: 150 },
    );
  });

  it('fits into a Jira document, whose nodes are all valid', () => {
    fc.assert(
      fc.property(transcript, (entries) => {
        const { rendered } = fit(entries, renderAdf, (document) => JSON.stringify(document).length <= 32_767);
        assert.ok(JSON.stringify(rendered).length <= 32_767);
        assertValid(rendered);
      }),
      { numRuns: 150 },
    );
  });

  it('keeps its order, loses its middle, and says how much of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 500, max: 40_000 }), (count, limit) => {
        const entries = Array.from({ length: count }, (_, number) => ({
          role: 'user',
          text: `#${number}`,
          timestamp: null,
        }));
        const { rendered, kept } = fit(entries, renderHtml, (html) => html.length <= limit);
        const numbers = kept.messages.map(({ lines }) => Number(lines[0]?.slice(1)));
        const { omitted } = kept;
        assert.deepEqual(numbers, [
          ...Array.from({ length: omitted.after }, (_, index) => index),
          ...Array.from(
            { length: count - omitted.count - omitted.after },
            (_, index) => omitted.after + omitted.count + index,
          ),
        ]);
        assert.equal(rendered.includes('left out'), omitted.count > 0);
        if (omitted.count > 0) assert.ok(rendered.includes(`… ${omitted.count} message`));
      }),
      { numRuns: 100 },
    );
  });
});

function assertValid(document: AdfDocument): void {
  assert.equal(document.version, 1);
  for (const { type, content } of document.content) {
    assert.equal(type, 'paragraph');
    for (const node of content) {
      if (node.type === 'hardBreak') continue;
      assert.ok(node.text.length > 0 && node.text.isWellFormed());
      assert.doesNotMatch(node.text, /[\0\n\u202A-\u202E]/);
    }
  }
}

describe('a transcript', () => {
  const entries: TranscriptEntry[] = [
    { role: 'Customer', text: 'I want <b>my</b> money\nback', timestamp: Date.UTC(2026, 0, 15, 10, 24, 48) },
    { role: 'Chatbot', text: null, timestamp: null },
  ];

  it('says who said what when', () => {
    const { rendered } = fit(entries, renderHtml, () => true);
    assert.equal(
      rendered,
      '<p><b>Customer</b>: Jane</p><p><b>Transcript</b> (times in UTC)</p>' +
        '<p><b>Customer</b> · 2026-01-15 10:24:48<br>I want &lt;b&gt;my&lt;/b&gt; money<br>back</p>' +
        '<p><b>Chatbot</b><br>(no text)</p><p>Reference: switchboard-1/2</p>',
    );
  });

  it('is a Jira document with the same content', () => {
    const { rendered } = fit(entries, renderAdf, () => true);
    assert.deepEqual(rendered.content[2], {
      type: 'paragraph',
      content: [
        { type: 'text', text: 'Customer', marks: [{ type: 'strong' }] },
        { type: 'text', text: ' · 2026-01-15 10:24:48' },
        { type: 'hardBreak' },
        { type: 'text', text: 'I want <b>my</b> money' },
        { type: 'hardBreak' },
        { type: 'text', text: 'back' },
      ],
    });
  });

  it('keeps the end of a message of 100 kB', () => {
    const long = [{ role: 'user', text: `start ${'x'.repeat(100_000)} end`, timestamp: null }];
    const { rendered } = fit(long, renderHtml, (html) => html.length <= 65_000);
    assert.match(rendered, /start x+ … \(\d+ characters left out\) … x+ end/);
  });
});

it('a text is shortened to its limit, never within a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 80 }), (value, max) => {
      const whole = plainText(value);
      const short = shorten(whole, max);
      assert.ok(short.length <= Math.max(max, 1));
      assert.ok(short.isWellFormed());
      if (whole.length <= max) assert.equal(short, whole);
    }),
  );
});
