import assert from 'node:assert/strict';
import { it } from 'node:test';
import { bodyKindOf } from './content-type.ts';

it('knows JSON and forms in UTF-8, and nothing else', () => {
  for (const type of [
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/json\t;\tcharset="utf-8"',
  ]) {
    assert.equal(bodyKindOf(type), 'json', type);
  }
  for (const type of ['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded; charset=UTF-8']) {
    assert.equal(bodyKindOf(type), 'form', type);
  }
  for (const type of [
    undefined,
    '',
    'json',
    'text/json',
    'text/plain',
    'application/json5',
    'application/x-json',
    'application/ld+json',
    'application/json,text/plain',
    'application/json; charset=latin1',
    'application/json; charset=utf-8; x=1',
    'application/json; x=1',
    'application/json;',
    'application /json',
    'application/\tjson',
    'xapplication/json',
    `application/json${' '.repeat(100_000)}x`,
  ]) {
    assert.equal(bodyKindOf(type), undefined, String(type).slice(0, 60));
  }
});
