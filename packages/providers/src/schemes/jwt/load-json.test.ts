import assert from 'node:assert/strict';
import { it } from 'node:test';
import { addressIn } from './load-json.ts';

it('accepts an address with https, and with http from a document with http', () => {
  for (const [document, address] of [
    ['https://a.example/m', 'https://b.example/k'],
    ['http://127.0.0.1:1/m', 'http://127.0.0.1:2/k'],
    ['http://127.0.0.1:1/m', 'https://b.example/k'],
  ] as const)
    assert.equal(addressIn(document, address), address);
  for (const address of ['http://b.example/k', 'file:///etc/passwd', 'data:,{}', 'keys', '', undefined, {}])
    assert.throws(() => addressIn('https://a.example/m', address), /must name an address with https/);
  assert.throws(() => addressIn('http://127.0.0.1:1/m', 'file:///etc/passwd'), /https/);
});
