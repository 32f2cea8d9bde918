import { isIP } from 'node:net';
import type { AddressList } from './address-list.ts';

/**
 * Who sent the request. `X-Forwarded-For` counts only as far as trusted proxies wrote it: it is read from the right,
 * and the first address that is not a trusted proxy is the sender. What stands left of it can be forged.
 */
export function clientAddress(socketAddress: string, forwarded: string | undefined, trusted: AddressList): string {
  let address = withoutZone(socketAddress);
  if (forwarded === undefined || !trusted.has(address)) return address;
  const hops = forwarded.split(',');
  for (let hop = hops.pop(); hop !== undefined; hop = hops.pop()) {
    const before = withoutPort(hop.trim());
    if (isIP(before) === 0) return address;
    address = withoutZone(before);
    if (!trusted.has(address)) return address;
  }
  return address;
}

/** What a rate limit counts as one sender: an IPv4 address, or the /64 that one IPv6 host can roam in. */
export function rateKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? 0 : tail.split(':').length;
    while (groups.length + after < 8) groups.push('0');
  }
  return groups.slice(0, 4).join(':');
}

const withoutZone = (address: string): string => {
  const zone = address.indexOf('%');
  return zone === -1 ? address : address.slice(0, zone);
};

/** Some proxies write `192.0.2.1:4711` or `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1];
  if (bracketed !== undefined) return bracketed;
  return /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop;
}
