import { createBrotliDecompress, createUnzip } from 'node:zlib';
import type { Dispatcher } from 'undici';

/** The encodings that requests accept. Others are errors. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

/** A body exceeds the limit, as sent or inflated. */
export class TooLargeError extends Error {}
/** A body does not match its `content-encoding`. */
export class EncodingError extends Error {}

/**
 * Reads a body to its end, but at most `limit` bytes, regardless of its `content-length`.
 * @throws TooLargeError | EncodingError, or the error of the connection
 */
export async function readBody(response: Dispatcher.ResponseData, limit: number): Promise<Buffer> {
  const { body, headers } = response;
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
  const raw = await collect(body, limit);
  if (raw.length === 0 || encoding === 'identity') return raw;
  const inflate =
    encoding === 'br' ? createBrotliDecompress() : /^(x-)?gzip$|^deflate$/.test(encoding) ? createUnzip() : undefined;
  if (inflate === undefined) throw new EncodingError('an unknown content-encoding');
  inflate.end(raw);
  try {
    return await collect(inflate, limit);
  } catch (error) {
    throw error instanceof TooLargeError ? error : new EncodingError('a body that does not inflate');
  }
}

async function collect(chunks: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  // Exiting the loop destroys the stream.
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > limit) throw new TooLargeError(`more than ${limit} bytes`);
    parts.push(chunk);
  }
  return Buffer.concat(parts, bytes);
}
