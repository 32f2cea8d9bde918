import type { IncomingHttpHeaders } from 'node:http';
import type { Variant } from './variant.ts';

interface Called {
  /** What is checked now: the source's `publicUrl` with the query. */
  readonly url: string;
  /** What the capture says was called. */
  readonly called: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

const DEFAULT_PORT: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** Addresses that the sender may have signed, those with the fewest differences first. */
export function urlVariants({ url, called, headers }: Called): Variant<string>[] {
  const expected = partsOf(url);
  if (expected === undefined) return [];
  const seen = called === undefined ? undefined : partsOf(called);
  const hosts = [expected.host, seen?.host, hostOf(headers.host), hostOf(headers['x-forwarded-host'])];
  const ports = [expected.port, '', seen?.port, DEFAULT_PORT[expected.protocol], '80', '443'];
  const paths = [expected.path, seen?.path].flatMap((path) => (path === undefined ? [] : [path, slashed(path)]));
  const queries = [expected.query, '', seen?.query];
  const variants = new Map<string, Variant<string> & { differences: number }>();
  for (const protocol of ['https:', 'http:'])
    for (const host of given(hosts))
      for (const port of given(ports))
        for (const path of given(paths))
          for (const query of given(queries)) {
            const base = `${protocol}//${host}${port === '' ? '' : `:${port}`}${path}`;
            const value = base + query;
            const differences = differencesOf(expected, { protocol, host, port, path, query });
            if (value === url || variants.has(value)) continue;
            const what = `the address with another ${differences.join(' and ')}`;
            const advice =
              differences.includes('query') && differences.length === 1
                ? 'A proxy, or the sender, drops or changes the query.'
                : `Set publicUrl to ${base}.`;
            variants.set(value, { what, advice, value, differences: differences.length });
          }
  return [...variants.values()].sort((one, other) => one.differences - other.differences);
}

interface Parts {
  readonly protocol: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly query: string;
}

/** As text: signatures cover the address as it was written. */
function partsOf(url: string): Parts | undefined {
  const [, protocol, host, port = '', path, query] =
    /^(https?:)\/\/([^/?#:]+)(?::(\d+))?([^?#]*)(\?[^#]*)?/i.exec(url) ?? [];
  if (protocol === undefined || host === undefined || path === undefined) return undefined;
  return { protocol: protocol.toLowerCase(), host, port, path, query: query ?? '' };
}

function differencesOf(expected: Parts, other: Parts): string[] {
  const names = (['protocol', 'host', 'port', 'path', 'query'] as const).filter(
    (name) => expected[name] !== other[name],
  );
  return names.map((name) => (name === 'path' && slashed(other.path) === expected.path ? 'trailing slash' : name));
}

const slashed = (path: string): string => (path.endsWith('/') ? path.slice(0, -1) : `${path}/`);
const hostOf = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value.replace(/:\d+$/, '') : undefined;
const given = (values: readonly (string | undefined)[]): string[] => [
  ...new Set(values.filter((value) => value !== undefined)),
];
