import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TranscriptEntry } from '@switchboard/events';
import fc from 'fast-check';
import { createNote } from './note.ts';
import { noteHtml, noteText } from './note-content.ts';
import { fitMessages, messagesOf } from './transcript.ts';

const said = (role: string, text: string | null, timestamp: number | null = null): TranscriptEntry => ({
  role,
  text,
  timestamp,
});
const noteOf = (transcript: TranscriptEntry[], summary: string | null = null) =>
  createNote({ idempotencyKey: 'k', at: 0, title: 'T', summary, facts: {}, transcript, outcome: 'resolved (refund)' });

describe('the note of a conversation', () => {
  const transcript = [
    said('bot', 'Hello!'),
    said('user', 'My kettle\nis <b>broken</b>', Date.UTC(2026, 0, 15, 10, 24, 48)),
    said('assistant', 'I am sorry.'),
    said('agent', 'The money is on its way.'),
    said('user', null),
  ];

  it('has a summary of its first question, last answer and outcome, if it comes with none', () => {
    assert.equal(
      noteOf(transcript).summary,
      'First question: My kettle is <b>broken</b>\nLast answer: The money is on its way.\nOutcome: resolved (refund)',
    );
    assert.equal(noteOf(transcript, 'As sent.').summary, 'As sent.');
    assert.equal(noteOf([]).summary, '');
  });

  it('shows who said what when', () => {
    const note = noteOf(transcript, 'S');
    assert.equal(
      noteText(note),
      [
        'T\n\nS\n\nTranscript (times in UTC)\nChatbot: Hello!\nCustomer (2026-01-15 10:24:48): My kettle\nis <b>broken</b>',
        `Chatbot: I am sorry.\nAgent: The money is on its way.\nCustomer: (no text)\n\nchatbot_conversation ${note.key}`,
      ].join('\n'),
    );
    assert.match(
      noteHtml(note),
      /<b>Customer \(2026-01-15 10:24:48\)<\/b>: My kettle<br>is &lt;b&gt;broken&lt;\/b&gt;<br>/,
    );
  });

  it('is within the limit of its CRM, loses whole messages of its middle, and says how many', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.constantFrom('"', '<', '😀', '\n').map((one) => one.repeat(3_000)),
    );
    const entries = fc.array(
      fc.record({
        role: fc.oneof(fc.constantFrom('user', 'bot'), text),
        text: fc.option(text),
        timestamp: fc.constant(null),
      }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(entries, fc.option(text), (entries, summary) => {
        const note = noteOf(entries, summary);
        const [html, plain] = [noteHtml(note), noteText(note)];
        assert.ok(html.length <= 65_536 && plain.length <= 32_000);
        assert.ok(html.isWellFormed() && plain.isWellFormed());
        assert.equal(html.replace(/<\/?(p|b|br)>/g, '').search(/[<>"']/), -1);
      }),
      { numRuns: 30 },
    );
    const many = noteOf(
      Array.from({ length: 500 }, (_, n) => said('user', `#${n} ${'x'.repeat(300)}`)),
      'S',
    );
    for (const content of [noteText(many), noteHtml(many)]) {
      const [, omitted] = /… (\d+) messages left out …/.exec(content) ?? [];
      assert.equal(content.match(/#\d+ x{300}/g)?.length, 500 - Number(omitted));
      assert.ok(content.includes('#0 ') && content.includes('#499 '));
    }
  });

  it('keeps twice as many messages of the end as of the beginning', () => {
    const messages = messagesOf(Array.from({ length: 100 }, (_, n) => said('user', String(n))));
    const { head, omitted, tail } = fitMessages(messages, 30, () => 1);
    assert.deepEqual([head.length, omitted, tail.length], [10, 70, 20]);
    assert.deepEqual(fitMessages(messages, 100, () => 1).omitted, 0);
    assert.deepEqual(fitMessages(messages, 0, () => 1).omitted, 100);
  });
});
