import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isJsonInUtf8 } from './content-type.ts';

it('accepts JSON in UTF-8 and nothing else', () => {
  for (const type of [
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/json\t;\tcharset="utf-8"',
  ]) {
    assert.ok(isJsonInUtf8(type), type);
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
    assert.ok(!isJsonInUtf8(type), String(type).slice(0, 60));
  }
});
