import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createNote, durationOf } from './note.ts';
import { noteHtml, noteText } from './note-content.ts';

const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('"', '&', '<b>', '\0', '\uD800', '😀', '\n').map((text) => text.repeat(40_000)),
);
const inputs = fc.record({
  idempotencyKey: anything,
  at: fc.constant(0),
  title: fc.constant('A title'),
  summary: fc.option(anything),
  facts: fc
    .uniqueArray(fc.constantFrom(...'ABCDEFGHIJ'), { maxLength: 10 })
    .chain((labels) => fc.record(Object.fromEntries(labels.map((label) => [label, fc.option(anything)])))),
});

describe('a note', () => {
  it('of anything is within the limits of every CRM, holds no markup but ours, and no halves of characters', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const note = createNote(input);
        const [html, text] = [noteHtml(note), noteText(note)];
        assert.ok(html.length <= 65_536 && text.length <= 32_000);
        assert.ok(html.isWellFormed() && text.isWellFormed());
        assert.ok(!html.includes('\0') && !text.includes('\0'));
        assert.equal(html.replace(/<\/?(p|b|br)>/g, '').search(/[<>"']/), -1);
        assert.match(note.key, /^[0-9a-f]{64}$/);
      }),
    );
  });

  it('shows what it was given as it was written', () => {
    const summary = `<script>alert(1)</script>\n**bold** & "quoted" שלום`;
    const note = createNote({
      idempotencyKey: 'k',
      at: 0,
      title: 'Title',
      summary,
      facts: { Messages: 9, Nothing: null },
    });
    assert.equal(
      noteHtml(note),
      '<p><b>Title</b></p><p><b>Messages</b>: 9</p>' +
        '<p>&lt;script&gt;alert(1)&lt;/script&gt;<br>**bold** &amp; &quot;quoted&quot; שלום</p>' +
        `<p>chatbot_conversation ${note.key}</p>`,
    );
    assert.equal(noteText(note), `Title\n\nMessages: 9\n\n${summary}\n\nchatbot_conversation ${note.key}`);
  });
});

it('a duration is in minutes and seconds', () => {
  assert.deepEqual([null, 0, 59.4, 60, 312.6].map(durationOf), [null, '0 s', '59 s', '1 min 0 s', '5 min 13 s']);
});
