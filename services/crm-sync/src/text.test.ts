import assert from 'node:assert/strict';
import { it } from 'node:test';
import { normaliseEmail, splitName } from './text.ts';

it('an address is one address, however it is written; what is none is none', () => {
  for (const text of ['ada@example.com', ' Ada@Example.COM\n', 'ADA@EXAMPLE.COM']) {
    assert.equal(normaliseEmail(text), 'ada@example.com');
  }
  for (const text of ["o'brien+tag@mail.example.co.uk", 'jörg@xn--exmple-cua.com', `${'a'.repeat(248)}@b.com`])
    assert.equal(normaliseEmail(text), text);
  for (const text of [
    ...[null, undefined, '', '@', 'ada', 'ada@', '@example.com', 'ada@localhost', 'a b@example.com', 'a@b@example.com'],
    ...[
      'Ada <ada@example.com>',
      'ada@example.com,bob@example.com',
      'a\0b@example.com',
      'a@example.com\r\nx: y',
      `${'a'.repeat(249)}@b.com`,
      'ada@example.com/x',
      'ada@10.0.0.12',
    ],
  ]) {
    assert.equal(normaliseEmail(text), undefined, String(text));
  }
});

it('an address of an internationalised domain is one address, in whichever of its forms', () => {
  for (const text of ['ada@Пример.РФ', 'ada@пример。рф', 'ada@xn--e1afmkfd.xn--p1ai']) {
    assert.equal(normaliseEmail(text), 'ada@xn--e1afmkfd.xn--p1ai');
  }
  assert.equal(normaliseEmail('ada@exämple.com'), 'ada@xn--exmple-cua.com');
});

it('an address is none where it is longer than it may be', () => {
  assert.equal(normaliseEmail('ada@example.com', 15), 'ada@example.com');
  assert.equal(normaliseEmail('ada@example.com', 14), undefined);
});

it('a name is split after its first word', () => {
  assert.deepEqual(splitName(' Ada  King of\tLovelace '), { firstName: 'Ada', lastName: 'King of Lovelace' });
  assert.deepEqual(splitName('Ada'), { firstName: 'Ada' });
  assert.deepEqual(splitName(' \0 '), {});
  assert.deepEqual(splitName(null), {});
});
