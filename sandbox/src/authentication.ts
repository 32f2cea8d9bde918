import { timingSafeEqual } from 'node:crypto';

type Headers = Readonly<Record<string, string>>;

const isEqual = (one: string, other: string): boolean => {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
};

export const bearerOf = (headers: Headers): string | undefined =>
  /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];

export const hasBearer = (headers: Headers, token: string): boolean => isEqual(bearerOf(headers) ?? '', token);

/** Checks HTTP Basic authentication. */
export function hasBasic(headers: Headers, user: string, password: string): boolean {
  const given = /^Basic +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  return given !== undefined && isEqual(Buffer.from(given, 'base64').toString(), `${user}:${password}`);
}

export const hasApiKey = (headers: Headers, key: string): boolean =>
  hasBearer(headers, key) || isEqual(headers['x-api-key'] ?? '', key);
