export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanStart {
  readonly kind: 'server' | 'producer' | 'consumer' | 'client';
  readonly name: string;
  /** The cause in another process. Without a valid `traceparent`, a trace begins here. Default: the current span. */
  readonly cause?: { readonly traceparent: string | undefined };
  /** Ids and fixed words, never texts or names of people. Called only if the span is recorded. */
  attributes(): SpanAttributes;
}

/** A running span. Has no data if tracing is off. */
export interface Span {
  /** The header that makes receivers children of this span. */
  readonly traceparent: string | undefined;
  /** For log lines. */
  readonly ids: { readonly trace_id: string; readonly span_id: string } | undefined;
  /** As with a start's attributes. */
  set(attributes: () => SpanAttributes): void;
  /** @param code one of a closed list, not a message */
  fail(code: string): void;
}

export interface Tracer {
  /** Runs the work in a span, which ends when the work settles and fails when it rejects. */
  span<T>(start: SpanStart, work: (span: Span) => Promise<T>): Promise<T>;
}

const NO_SPAN: Span = { traceparent: undefined, ids: undefined, set() {}, fail() {} };

/** Does not trace, at no cost. */
export const untraced: Tracer = { span: (_start, work) => work(NO_SPAN) };
