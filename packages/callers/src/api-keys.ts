import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * `sb_<tenant>_<random>_<crc32>`: scanners for leaked secrets find it by its form, and the checksum tells a mistyped key
 * from an unknown one. Only its SHA-256 is kept.
 */
export function createApiKey(tenant: string): string {
  const body = `sb_${tenant}_${randomBytes(24).toString('hex')}`;
  return `${body}_${checksumOf(body)}`;
}

const API_KEY = /^(sb_[A-Za-z0-9][A-Za-z0-9_-]{0,62}_[0-9a-f]{48})_([0-9a-f]{8})$/;

export function isApiKey(text: string): boolean {
  const [, body, checksum] = API_KEY.exec(text) ?? [];
  return body !== undefined && checksumOf(body) === checksum;
}

const checksumOf = (text: string): string => crc32(text).toString(16).padStart(8, '0');

/** How a key is kept and looked up. */
export const digestOf = (key: string): string => createHash('sha256').update(key).digest('hex');
