import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { escapeHtml } from './escape-html.ts';

const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** As a browser reads it. */
const read = (html: string): string => html.replaceAll(/&([^;]+);/g, (_, name: string) => CHARACTERS[name] ?? '?');

test('escaped text has no markup, and is read as it was', () => {
  const text = fc.string({ unit: fc.oneof(fc.constantFrom('&', '<', '>', '"', "'", '&lt;'), fc.string()) });
  fc.assert(
    fc.property(text, (text) => {
      const html = escapeHtml(text);
      assert.doesNotMatch(html, /[<>"']/);
      assert.equal(read(html), text);
    }),
  );
});
