export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanStart {
  readonly kind: 'server' | 'producer' | 'consumer' | 'client';
  readonly name: string;
  /** What caused it in another process: a trace begins here when its `traceparent` is absent or not valid. Without: the span that it runs in. */
  readonly cause?: { readonly traceparent: string | undefined };
  /** Ids and fixed words, never what people wrote or are called. Asked for when the span is recorded only. */
  attributes(): SpanAttributes;
}

/** A span that runs; it knows nothing where nothing is traced. */
export interface Span {
  /** The header that makes a child of this span of what is sent with it. */
  readonly traceparent: string | undefined;
  /** For log lines. */
  readonly ids: { readonly trace_id: string; readonly span_id: string } | undefined;
  /** As with a start's attributes. */
  set(attributes: () => SpanAttributes): void;
  /** @param code one of a closed list, no message */
  fail(code: string): void;
}

export interface Tracer {
  /** Runs the work in a span, which ends when the work settles and has failed when that rejects. */
  span<T>(start: SpanStart, work: (span: Span) => Promise<T>): Promise<T>;
}

const NO_SPAN: Span = { traceparent: undefined, ids: undefined, set() {}, fail() {} };

/** Traces nothing, and costs nothing. */
export const untraced: Tracer = { span: (_start, work) => work(NO_SPAN) };
