import { createHmac, createSecretKey, type KeyObject, randomUUID } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { ownPayload } from '../platform/own-payload.ts';
import { defineProvider, type Verdict } from '../provider.ts';
import { contentOf, parseTemplate, type SignedPart } from './hmac/template.ts';
import { readTime, writeTime } from './hmac/time.ts';
import { timeless } from './hmac-scheme.ts';
import { freshness, fromBase64, fromHex, headerOf, isSignedBy } from './signature.ts';

/** Senders that change a secret send two. */
const MAX_PARTS = 32;

const headerName = (description: string) =>
  Type.Optional(Type.String({ pattern: '^[A-Za-z0-9-]+$', maxLength: 100, description }));
const text = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 200, description }));

const settings = {
  header: headerName('The header with the signature. Default: X-Signature.'),
  algorithm: Type.Optional(Type.Enum(['sha1', 'sha256', 'sha512'], { description: 'Default: sha256.' })),
  encoding: Type.Optional(Type.Enum(['hex', 'base64'], { description: 'How the signature is written. Default: hex.' })),
  prefix: text('The text before each signature, such as sha256=.'),
  separator: text('The text between the parts of the header, if it has several.'),
  content: text('The signed content, made of {method}, {url}, {id}, {timestamp} and {body}. Default: {body}.'),
  idHeader: headerName('The header with the {id}.'),
  timestampHeader: headerName("The header with the {timestamp}. Default: the signature's."),
  timestampPrefix: text('The text before the {timestamp}, if it is a part of its header.'),
  timestampUnit: Type.Optional(
    Type.Enum(['s', 'ms', 'iso'], { description: 'Seconds or milliseconds since 1970, or ISO 8601. Default: s.' }),
  ),
  toleranceSeconds: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 86_400, description: 'How far the time may be from ours. Default: 300.' }),
  ),
  secretEncoding: Type.Optional(
    Type.Enum(['utf8', 'hex', 'base64'], {
      description: 'How the key is written. Default: utf8, its bytes as they are.',
    }),
  ),
};
type Settings = Static<ReturnType<typeof Type.Object<typeof settings>>>;

/** Any scheme that signs with HMAC, described by settings. */
export const hmac = defineProvider({
  settings,
  verifier: (source) => {
    const scheme = schemeOf(source.settings);
    const keys = source.keys.map((key) => decodedKey(key, scheme.secretEncoding));
    if (scheme.content.includes('url') && source.publicUrl === undefined)
      throw new RangeError('content has {url}: the source must have a publicUrl');

    return ({ method, url = '', headers, body }, now): Verdict => {
      const given = headerOf(headers, scheme.header);
      const id = scheme.idHeader === undefined ? '' : headerOf(headers, scheme.idHeader);
      const timed = scheme.isTimed ? headerOf(headers, scheme.timestampHeader) : '';
      if (given === undefined || id === undefined || timed === undefined) return { kind: 'invalid', fault: 'missing' };

      const signatures = partsOf(given, scheme.separator, scheme.prefix).flatMap((part) => scheme.decode(part) ?? []);
      const [timestamp = ''] = partsOf(timed, scheme.timestampPrefix && scheme.separator, scheme.timestampPrefix);
      const time = scheme.isTimed ? readTime(timestamp, scheme.timestampUnit) : now;
      if (signatures.length === 0 || time === undefined || !scheme.isId(id)) return { kind: 'invalid', fault: 'form' };

      const content = contentOf(scheme.content, { method, url, id, timestamp, body });
      if (!isSignedBy(keys, scheme.algorithm, content, ...signatures)) return { kind: 'invalid', fault: 'mismatch' };
      const verdict = scheme.isTimed ? freshness(time, now, scheme.toleranceMs) : timeless(source.requireTimestamp);
      return verdict.kind === 'valid' && id !== '' ? { kind: 'valid', id } : verdict;
    };
  },
  ...ownPayload,
  sign: ({ method, url, body }, secret, now, given = {}) => {
    const scheme = schemeOf(given);
    const id = randomUUID();
    const timestamp = writeTime(now, scheme.timestampUnit);
    const key = decodedKey(createSecretKey(Buffer.from(secret)), scheme.secretEncoding);
    const mac = createHmac(scheme.algorithm, key);
    for (const part of contentOf(scheme.content, { method, url, id, timestamp, body })) mac.update(part);
    const signature = scheme.prefix + mac.digest(scheme.encoding);
    const time = scheme.timestampPrefix + timestamp;
    const isOneHeader = scheme.isTimed && scheme.timestampHeader === scheme.header;
    return {
      ...(scheme.idHeader === undefined ? {} : { [scheme.idHeader]: id }),
      ...(scheme.isTimed ? { [scheme.timestampHeader]: time } : {}),
      [scheme.header]: isOneHeader ? time + scheme.separator + signature : signature,
    };
  },
});

/** The settings with their defaults. */
function schemeOf(given: Settings) {
  const { prefix = '', separator = '', timestampPrefix = '', encoding = 'hex' } = given;
  const header = (given.header ?? 'x-signature').toLowerCase();
  const timestampHeader = (given.timestampHeader ?? header).toLowerCase();
  const { parts, isId } = parseTemplate(given.content ?? '{body}');
  const has = (part: SignedPart) => parts.includes(part);
  if (!has('body')) throw new RangeError('content must have {body}, or the body is not signed');
  if (has('id') !== (given.idHeader !== undefined))
    throw new RangeError('{id} in content and idHeader need each other');
  const isTimed = has('timestamp');
  if (isTimed !== (given.timestampHeader !== undefined || timestampPrefix !== ''))
    throw new RangeError('{timestamp} in content needs timestampHeader or timestampPrefix, and they need it');
  if (isTimed && timestampHeader === header && (separator === '' || timestampPrefix === ''))
    throw new RangeError('a time in the header of the signature needs separator and timestampPrefix');
  return {
    header,
    prefix,
    separator,
    encoding,
    content: parts,
    isId,
    isTimed,
    timestampHeader,
    timestampPrefix,
    decode: encoding === 'hex' ? fromHex : fromBase64,
    idHeader: given.idHeader?.toLowerCase(),
    algorithm: given.algorithm ?? 'sha256',
    timestampUnit: given.timestampUnit ?? 's',
    toleranceMs: (given.toleranceSeconds ?? 300) * 1000,
    secretEncoding: given.secretEncoding ?? 'utf8',
  } as const;
}

/** The parts that begin with the prefix, without it; none of a header that has too many. */
function partsOf(value: string, separator: string, prefix: string): string[] {
  const parts = separator === '' ? [value] : value.split(separator, MAX_PARTS + 1);
  if (parts.length > MAX_PARTS) return [];
  return parts
    .map((part) => part.trim())
    .filter((part) => part.startsWith(prefix))
    .map((part) => part.slice(prefix.length));
}

function decodedKey(key: KeyObject, encoding: 'utf8' | 'hex' | 'base64'): KeyObject {
  if (encoding === 'utf8') return key;
  const bytes = (encoding === 'hex' ? fromHex : fromBase64)(key.export().toString());
  if (bytes === undefined) throw new RangeError(`the secret must be written in ${encoding}, as secretEncoding says`);
  return createSecretKey(bytes);
}
