export interface Traceparent {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

const PATTERN = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads the header of W3C Trace Context, including later versions. Undefined when it is not valid. */
export function readTraceparent(header: unknown): Traceparent | undefined {
  const [, version, traceId, spanId, flags, more] = (typeof header === 'string' && PATTERN.exec(header)) || [];
  if (traceId === undefined || spanId === undefined || (version === '00' && more !== undefined)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags as string, 16) };
}
