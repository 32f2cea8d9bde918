import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Kind, readIdentifier } from './identifier.ts';

const cases: readonly [Kind, string, string | undefined][] = [
  ['email', ' Jane.Doe@Example.COM ', 'jane.doe@example.com'],
  ['email', 'jane.doe', undefined],
  ['email', 'a@x.example, b@x.example', undefined],
  ['email', `${'a'.repeat(250)}@x.example`, undefined],
  ['phone', '+43 (660) 123-45.67', '+436601234567'],
  ['phone', '0043 660 1234567', '+436601234567'],
  ['phone', '0660 1234567', undefined],
  ['phone', '555-555-SHIP', undefined],
  ['phone', '+1234567890123456', undefined],
  ['customer', ' shop/4711 ', 'shop/4711'],
  ['customer', '4711', undefined],
  ['customer', `shop/${'c'.repeat(400)}`, undefined],
  ['customer', 'shop/a\u0000b', undefined],
  ['user', '', undefined],
  ['user', 'jane:doe', 'jane:doe'],
  ['user', '\ud800', undefined],
  ['slack', 'U0123456789', 'U0123456789'],
  ['slack', 'C0123456789', undefined],
];

for (const [kind, text, expected] of cases) {
  it(`${JSON.stringify(text.slice(0, 40))} is ${expected === undefined ? 'not' : 'read as'} one ${kind}`, () => {
    assert.equal(readIdentifier(kind, text)?.value, expected);
  });
}
