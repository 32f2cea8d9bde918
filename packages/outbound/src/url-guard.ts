import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { contains, createNetworks, isPublic } from './networks.ts';

/** The address is forbidden for events and users. The message gives the reason. */
export class ForbiddenAddressError extends Error {
  readonly code = 'FORBIDDEN_ADDRESS';
}

export interface GuardOptions {
  /** Private host names, addresses and CIDR blocks that are allowed, on any port. */
  allow?: readonly string[];
  /** The ports that are allowed on other hosts. Default: 80, 443 and 8443. */
  ports?: readonly number[];
  /** Refuses http, except to loopback; default false. */
  httpsOnly?: boolean;
  /** Replaces the system's resolver. */
  lookup?: LookupFunction;
}

/** Stops requests to addresses from events or users that would reach our own networks. */
export interface UrlGuard {
  /** @throws ForbiddenAddressError, without the URL */
  parse(text: string): URL;
  /** Opens connections only to addresses that it has just resolved and found public. */
  readonly connect: buildConnector.connector;
}

export function createUrlGuard(options: GuardOptions = {}, connectTimeoutMs?: number): UrlGuard {
  const { allow = [], httpsOnly = false, ports = [80, 443, 8443], lookup = systemLookup as LookupFunction } = options;
  const hosts = new Set(allow.filter((entry) => !isNetwork(entry)).map((entry) => entry.toLowerCase()));
  const networks = createNetworks(allow.filter(isNetwork));

  const allowed = (address: string): boolean => isPublic(address) || contains(networks, address);

  /** Node calls it for each connection, so the address cannot change between the check and the connection. */
  const checkedLookup: LookupFunction = (hostname, lookupOptions, callback) => {
    lookup(hostname, { ...lookupOptions, all: true }, (error, found) => {
      if (error !== null) return callback(error, []);
      const addresses = found as unknown as { address: string; family: number }[];
      if (!hosts.has(hostname) && !addresses.every(({ address }) => allowed(address))) {
        return callback(new ForbiddenAddressError('the host name stands for an address that is not public'), []);
      }
      if (lookupOptions.all) return callback(null, addresses);
      const [first] = addresses;
      return callback(null, first?.address ?? '', first?.family);
    });
  };
  const open = buildConnector({
    lookup: checkedLookup,
    allowH2: false,
    ...(connectTimeoutMs === undefined ? {} : { timeout: connectTimeoutMs }),
  });

  /** A literal address is never looked up. */
  function checkLiteral(hostname: string): void {
    if (isIP(hostname) !== 0 && !hosts.has(hostname) && !allowed(hostname)) {
      throw new ForbiddenAddressError('the address is not public');
    }
  }

  return {
    parse(text) {
      const url = URL.parse(text);
      if (url === null || !/^https?:$/.test(url.protocol)) throw new ForbiddenAddressError('not an http or https URL');
      if (url.username !== '' || url.password !== '') throw new ForbiddenAddressError('the URL holds credentials');
      const hostname = bare(url.hostname);
      if (httpsOnly && url.protocol !== 'https:' && !LOOPBACK.test(hostname)) {
        throw new ForbiddenAddressError('not an https URL');
      }
      checkLiteral(hostname);
      const anyPort = hosts.has(hostname) || contains(networks, hostname);
      const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
      if (!anyPort && !ports.includes(port)) throw new ForbiddenAddressError(`port ${port} is not among the allowed`);
      return url;
    },
    connect(connection, callback) {
      try {
        checkLiteral(bare(connection.hostname));
      } catch (error) {
        return callback(error as Error, null);
      }
      return open(connection, callback);
    },
  };
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/;

/** Removes the brackets of IPv6 and the final dot of a fully qualified name. */
const bare = (hostname: string): string =>
  hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();

const isNetwork = (entry: string): boolean => isIP(entry.split('/')[0] as string) !== 0;
