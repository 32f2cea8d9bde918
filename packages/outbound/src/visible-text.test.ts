import assert from 'node:assert/strict';
import { it } from 'node:test';
import { visibleText } from './visible-text.ts';

for (const [what, text, expected] of [
  ['plain text', 'Hello, Ada\n\tZoë 🙂', 'Hello, Ada\n\tZoë 🙂'],
  ['control characters', 'a\0b\u0007c\u001b[31md\u009fe\ufeff', 'abc[31mde'],
  ['what turns the text around', 'invoice\u202Efdp.exe\u2066!\u2069', 'invoicefdp.exe!'],
  ['line ends of other systems', 'one\r\ntwo\rthree\n', 'one\ntwo\nthree\n'],
  ['half a character', 'a\uD83Db', 'a\uFFFDb'],
] as const) {
  it(`of ${what}, keeps what can be seen`, () => assert.equal(visibleText(text), expected));
}
