import { BlockList, isIP, isIPv6 } from 'node:net';

export interface AddressList {
  has(address: string): boolean;
}

/**
 * Addresses and CIDR blocks of both families; an IPv4 address written as IPv6 counts as IPv4.
 * @throws RangeError naming the entry that is neither.
 */
export function createAddressList(entries: readonly string[]): AddressList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix, ...rest] = entry.split('/');
    const family = familyOf(address);
    const bits = prefix === undefined ? (family === 'ipv6' ? 128 : 32) : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
    if (family === undefined || rest.length > 0 || bits < 0 || bits > (family === 'ipv6' ? 128 : 32)) {
      throw new RangeError(`${entry} is neither an IP address nor a CIDR block such as 10.0.0.0/8`);
    }
    list.addSubnet(address, bits, family);
  }
  return {
    has(address) {
      const family = familyOf(address);
      return family !== undefined && list.check(address, family);
    },
  };
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  if (isIP(address) === 0 || address.includes('%')) return undefined;
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
