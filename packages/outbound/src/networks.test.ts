import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isPublic } from './networks.ts';

const PRIVATE = [
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.255.0.1'],
  ...['169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.8', '192.0.2.1', '192.168.1.1', '198.18.0.1'],
  ...['198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', '168.63.129.16'],
  ...['::', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:ffff:a00:1', '::127.0.0.1', '::ffff:0:10.0.0.1'],
  ...['64:ff9b::10.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::8.8.8.8', '2002:7f00:1::', '2002:808:808::1', '2001::1'],
  ...['2001:db8::1', '3fff::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fec0::1', 'ff02::1', '100::1', '5f00::1'],
];
const PUBLIC = [
  ...['8.8.8.8', '1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '128.0.0.1', '172.15.0.1'],
  ...['172.32.0.1', '192.167.0.1', '223.255.255.255', '2606:4700:4700::1111', '2a00:1450:4001::200e'],
  ...['::ffff:8.8.8.8', '64:ff9b::8.8.8.8', '2400:cb00::', '2001:4860:4860::8888'],
];

test('an address of a machine, a private network or an unallocated range is not public', () => {
  for (const address of PRIVATE) assert.equal(isPublic(address), false, address);
});

test('what is handed out on the internet is public', () => {
  for (const address of PUBLIC) assert.equal(isPublic(address), true, address);
});

test('what is no address is not public', () => {
  for (const text of ['', 'localhost', '127.1', '0x7f.1', '2130706433', '8.8.8.8:80', '[2606::1]', 'fe80::1%eth0']) {
    assert.equal(isPublic(text), false, text);
  }
});

test('an IPv4 address is judged the same in each of its IPv6 disguises', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const hex = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
      const groups = `${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`;
      const forms = [`::ffff:${address}`, `::ffff:${groups}`, `0:0:0:0:0:FFFF:${groups}`, `64:ff9b::${groups}`];
      for (const form of forms) assert.equal(isPublic(form), isPublic(address), form);
      for (const form of [`::${address}`, `2002:${groups}::1`]) assert.equal(isPublic(form), false, form);
    }),
  );
});
