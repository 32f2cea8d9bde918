import { gunzipSync, inflateSync } from 'node:zlib';
import type { Variant } from './variant.ts';

const SIGN_BYTES =
  'Sign the bytes that are sent: the sender, or a proxy in between, changes the body after it was signed.';
const SAVED = 'The file with the body is not what was sent: save it again as raw bytes.';

/** What larger bodies unpack to is not tried. */
const MOST_BYTES = 16_777_216;

/** What may have been signed in place of this body; none equals another or the body. */
export function bodyVariants(body: Buffer): Variant<Buffer>[] {
  const variants: Variant<Buffer>[] = [];
  const seen = new Set([body.toString('latin1')]);
  for (const [what, advice, make] of MAKERS) {
    const value = make(body);
    if (value === undefined || seen.has(value.toString('latin1'))) continue;
    seen.add(value.toString('latin1'));
    variants.push({ what, advice, value });
  }
  return variants;
}

type Maker = readonly [what: string, advice: string, make: (body: Buffer) => Buffer | undefined];

const text =
  (change: (text: string) => string) =>
  (body: Buffer): Buffer =>
    Buffer.from(change(body.toString()));

const json =
  (write: (value: unknown) => string) =>
  (body: Buffer): Buffer | undefined => {
    try {
      return Buffer.from(write(JSON.parse(body.toString().replace(/^\ufeff/, ''))));
    } catch {
      return undefined;
    }
  };

/** Undefined for what is not packed in this way. */
const unpacked =
  (unpack: typeof gunzipSync) =>
  (body: Buffer): Buffer | undefined => {
    try {
      return unpack(body, { maxOutputLength: MOST_BYTES });
    } catch {
      return undefined;
    }
  };

const MAKERS: readonly Maker[] = [
  ['the body without its last line break', SAVED, text((body) => body.replace(/\r?\n$/, ''))],
  ['the body with a line break at its end', SAVED, text((body) => `${body}\n`)],
  ['the body without white space around it', SIGN_BYTES, text((body) => body.trim())],
  ['the body with the line breaks of Unix (LF)', SIGN_BYTES, text((body) => body.replaceAll('\r\n', '\n'))],
  ['the body with the line breaks of Windows (CRLF)', SIGN_BYTES, text((body) => body.replaceAll(/\r?\n/g, '\r\n'))],
  ['the body without its byte order mark', SIGN_BYTES, text((body) => body.replace(/^\ufeff/, ''))],
  ['the JSON as JSON.stringify writes it', SIGN_BYTES, json((value) => JSON.stringify(value))],
  ['the JSON as Python writes it (", " and ": ")', SIGN_BYTES, json((value) => asciiOf(spaced(value)))],
  ['the JSON as Python writes it with ensure_ascii=False', SIGN_BYTES, json(spaced)],
  ['the JSON with sorted keys', SIGN_BYTES, json((value) => JSON.stringify(sorted(value)))],
  ['the JSON as Python writes it with sort_keys=True', SIGN_BYTES, json((value) => asciiOf(spaced(sorted(value))))],
  ['the JSON with indentation of 2', SIGN_BYTES, json((value) => JSON.stringify(value, null, 2))],
  ['the JSON with indentation of 4', SIGN_BYTES, json((value) => JSON.stringify(value, null, 4))],
  ['the JSON with \\u escapes for what is not ASCII', SIGN_BYTES, json((value) => asciiOf(JSON.stringify(value)))],
  ['the JSON as PHP writes it (\\/ and \\u escapes)', SIGN_BYTES, json((value) => phpOf(JSON.stringify(value)))],
  ['the JSON as Go writes it (\\u003c for <)', SIGN_BYTES, json((value) => goOf(JSON.stringify(value)))],
  ['the body in ISO 8859-1', 'Send and sign UTF-8.', (body) => Buffer.from(body.toString(), 'latin1')],
  ['the body read as ISO 8859-1', 'Send and sign UTF-8.', (body) => Buffer.from(body.toString('latin1'))],
  ['the form with %20 for spaces', SIGN_BYTES, text((body) => body.replaceAll('+', '%20'))],
  ['the form with + for spaces', SIGN_BYTES, text((body) => body.replaceAll('%20', '+'))],
  ['the unpacked body (gzip)', 'Sign the body as it is sent, or send it uncompressed.', unpacked(gunzipSync)],
  ['the unpacked body (deflate)', 'Sign the body as it is sent, or send it uncompressed.', unpacked(inflateSync)],
  ['an empty body', 'Sign the body: the sender signs before it has one.', () => Buffer.alloc(0)],
];

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
const asciiOf = (text: string): string => text.replaceAll(/[\u007f-\uffff]/g, escaped);
const phpOf = (text: string): string => asciiOf(text).replaceAll('/', '\\/');
const goOf = (text: string): string => text.replaceAll(/[<>&\u2028\u2029]/g, escaped);

/** With the separators of Python's json.dumps. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, item]) => `${JSON.stringify(name)}: ${spaced(item)}`)
    .join(', ')}}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, item]) => [name, sorted(item)]));
}
