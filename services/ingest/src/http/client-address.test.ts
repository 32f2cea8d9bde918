import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAddressList } from './address-list.ts';
import { clientAddress, rateKey } from './client-address.ts';

describe('address list', () => {
  it('holds addresses and blocks of both families', () => {
    const list = createAddressList(['192.0.2.7', '10.0.0.0/8', '2001:db8::/32', '::1']);
    for (const address of ['192.0.2.7', '10.255.0.1', '::ffff:10.1.2.3', '2001:db8:ffff::1', '::1']) {
      assert.ok(list.has(address), address);
    }
    for (const address of ['192.0.2.8', '11.0.0.1', '::ffff:11.0.0.1', '2001:db9::1', '', 'x', '10.0.0.1:80']) {
      assert.ok(!list.has(address), address);
    }
  });

  it('names an entry that is neither', () => {
    for (const entry of [
      '10.0.0.0/33',
      '10.0.0/8',
      'example.com',
      '10.0.0.0/8/8',
      '::/129',
      '10.0.0.0/',
      '10.0.0.0/-1',
      '',
    ]) {
      assert.throws(
        () => createAddressList([entry]),
        new RegExp(`^RangeError: ${entry.replaceAll('/', '.')} is neither`),
      );
    }
  });
});

describe('client address', () => {
  const trusted = createAddressList(['10.0.0.0/8', '::1']);

  it("is the socket's unless a trusted proxy forwards", () => {
    assert.equal(clientAddress('192.0.2.1', '203.0.113.9', trusted), '192.0.2.1');
    assert.equal(clientAddress('10.0.0.1', undefined, trusted), '10.0.0.1');
    assert.equal(clientAddress('10.0.0.1', '203.0.113.9', createAddressList([])), '10.0.0.1');
  });

  it('is the last address that no trusted proxy wrote', () => {
    assert.equal(clientAddress('10.0.0.1', '203.0.113.9', trusted), '203.0.113.9');
    assert.equal(clientAddress('::ffff:10.0.0.1', '203.0.113.9', trusted), '203.0.113.9');
    assert.equal(clientAddress('10.0.0.1', '1.1.1.1, 203.0.113.9, 10.0.0.2', trusted), '203.0.113.9');
    assert.equal(clientAddress('10.0.0.1', '10.0.0.3,10.0.0.2', trusted), '10.0.0.3');
  });

  it('does not believe what is no address, and reads ports and brackets', () => {
    assert.equal(clientAddress('10.0.0.1', '203.0.113.9, forged, 10.0.0.2', trusted), '10.0.0.2');
    assert.equal(clientAddress('10.0.0.1', '', trusted), '10.0.0.1');
    assert.equal(clientAddress('10.0.0.1', '203.0.113.9:4711', trusted), '203.0.113.9');
    assert.equal(clientAddress('10.0.0.1', '[2001:db8::1]:4711', trusted), '2001:db8::1');
  });
});

describe('rate key', () => {
  it('is one for all addresses of one host', () => {
    assert.equal(rateKey('192.0.2.1'), '192.0.2.1');
    assert.equal(rateKey('::ffff:192.0.2.1'), '192.0.2.1');
    assert.equal(rateKey('2001:db8:1:2:3:4:5:6'), rateKey('2001:db8:1:2::9'));
    assert.notEqual(rateKey('2001:db8:1:2::9'), rateKey('2001:db8:1:3::9'));
    assert.equal(rateKey('::1'), '0:0:0:0');
    assert.equal(rateKey('2001:db8::'), '2001:db8:0:0');
  });
});
