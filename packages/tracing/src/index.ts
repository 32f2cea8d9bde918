export { readTraceparent, type Traceparent } from './traceparent.ts';
export { type Span, type SpanAttributes, type SpanStart, type Tracer, untraced } from './tracer.ts';
