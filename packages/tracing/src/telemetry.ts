import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { withinLimit } from '@switchboard/async';
import { readTraceparent } from './traceparent.ts';
import type { Span, Tracer } from './tracer.ts';

export interface TelemetryOptions {
  service: string;
  /** The URL for spans, as OTLP in JSON. */
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Attributes of all spans of the process, in addition to the name of the service. */
  resource: Readonly<Record<string, string>>;
  /** The ratio of recorded traces among those that begin here. Other traces follow the decision of their root. */
  ratio: number;
  /** Applies the ratio to every trace, regardless of the sender's decision. */
  ignoreParent: boolean;
  warn(code: string | number, message: string): void;
}

export interface Telemetry extends Tracer {
  /** Sends the remaining spans, in bounded time. */
  close(): Promise<void>;
}

/** About 10 MB while the collector is down; further spans are lost. */
const MOST_SPANS = 4_096;
const EXPORT_TIMEOUT_MS = 10_000;
const CLOSE_MS = 2_000;
/** Longer than any id. */
const LONGEST_VALUE = 300;

const KINDS = {
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
} as const;

/** Creates spans and sends them to a collector in the background, at the collector's pace. */
export function startTelemetry(options: TelemetryOptions): Telemetry {
  const { service, url, headers, resource, ratio, ignoreParent, warn } = options;
  const exporter = new OTLPTraceExporter({ url, headers, timeoutMillis: EXPORT_TIMEOUT_MS });
  const root = new TraceIdRatioBasedSampler(ratio);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ ...resource, 'service.name': service }),
    sampler: ignoreParent ? root : new ParentBasedSampler({ root }),
    spanLimits: { attributeValueLengthLimit: LONGEST_VALUE },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: warning(exporter, warn),
        maxQueueSize: MOST_SPANS,
        scheduledDelayMillis: 1_000,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
  });
  const tracer = provider.getTracer('switchboard');
  const current = new AsyncLocalStorage<Context>();

  return {
    span({ kind, name, cause, attributes }, work) {
      const parent = cause === undefined ? (current.getStore() ?? ROOT_CONTEXT) : contextOf(cause.traceparent);
      const running = tracer.startSpan(name, { kind: KINDS[kind] }, parent);
      const span = viewOf(running);
      span.set(attributes);
      return current.run(trace.setSpan(ROOT_CONTEXT, running), async () => {
        try {
          return await work(span);
        } catch (error) {
          span.fail(codeOf(error));
          throw error;
        } finally {
          running.end();
        }
      });
    },
    async close() {
      // Spans that cannot be sent are lost, also during the stop.
      await withinLimit(CLOSE_MS, () => provider.shutdown().catch(() => {}));
    },
  };
}

function contextOf(traceparent: string | undefined): Context {
  const parent = readTraceparent(traceparent);
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
}

function viewOf(span: OtelSpan): Span {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return {
    traceparent: `00-${traceId}-${spanId}-${(traceFlags & TraceFlags.SAMPLED) === 0 ? '00' : '01'}`,
    ids: { trace_id: traceId, span_id: spanId },
    set(attributes) {
      if (span.isRecording()) span.setAttributes(attributes());
    },
    fail(code) {
      const type = CODE.test(code) ? code : 'error';
      span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
    },
  };
}

const CODE = /^[\w.-]{1,60}$/;

/** The code or the class of an error. Its message may contain private data. */
function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return [code, name].find((text) => typeof text === 'string') ?? 'error';
}

/** Warns once when the collector stops accepting spans, and once when it accepts them again. */
function warning(exporter: OTLPTraceExporter, warn: TelemetryOptions['warn']): SpanExporter {
  let lost = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.code !== ExportResultCode.SUCCESS;
        const { code = 'none' } = (result.error ?? {}) as { code?: string | number };
        if (failed && !lost) warn(code, 'the collector takes no spans: they are lost until it does');
        if (!failed && lost) warn('ok', 'the collector takes spans again');
        lost = failed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
