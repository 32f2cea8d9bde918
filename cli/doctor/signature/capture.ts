import type { IncomingHttpHeaders } from 'node:http';
import { UsageError } from '@switchboard/service/command-line';

/** What a capture says about a request besides its body. */
export interface Capture {
  readonly method: string | undefined;
  /** The address that was called, as far as the capture shows it. */
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

const REQUEST_LINE = /^([A-Z]+) (\S+) HTTP\/\d(?:\.\d)?$/;

/** Reads `Name: value` lines, with or without the request line before them. @throws UsageError */
export function readHeaders(text: string): Capture {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  return captureOf(lines, 'http');
}

/** Reads the output of `curl -v`: lines that start with `> ` are the request. @throws UsageError */
export function readCurl(text: string): Capture {
  const lines = text.split(/\r?\n/);
  const sent = lines.flatMap((line) => (/^> ?/.test(line) ? line.replace(/^> ?/, '') : []));
  // After a redirect or a repeat, only the first request has the signature that was meant.
  const end = sent.indexOf('');
  const isEncrypted = lines.some((line) => /^\* (?:SSL connection|ALPN)|^\* .*\(https\)/.test(line));
  return captureOf(end < 0 ? sent : sent.slice(0, end), isEncrypted ? 'https' : 'http');
}

function captureOf(lines: readonly string[], protocol: string): Capture {
  const [, method, target] = REQUEST_LINE.exec(lines.find((line) => line !== '') ?? '') ?? [];
  const headers: Record<string, string> = {};
  for (const line of lines) {
    if (REQUEST_LINE.test(line) || line.trim() === '') continue;
    const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === '') throw new UsageError('The headers must be lines such as X-Signature: value.');
    const key = name.toLowerCase();
    // As Node.js does with a header that was sent twice.
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`;
  }
  if (Object.keys(headers).length === 0) throw new UsageError('The capture has no headers.');
  const url = target?.startsWith('/') && headers.host ? `${protocol}://${headers.host}${target}` : undefined;
  return { method, url, headers };
}
