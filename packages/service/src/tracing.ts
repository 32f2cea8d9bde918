import { type Tracer, untraced } from '@switchboard/tracing';
import type { Logger } from 'pino';
import Type, { type Static } from 'typebox';

const PAIRS = '^([^=,%]+=([^,%]|%[0-9A-Fa-f]{2})*(,|$))*$';

/** The standard variables of OpenTelemetry; without an endpoint nothing is traced, and nothing of it loaded. */
export const tracingConfig = Type.Object({
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'the collector, as http://host:4318; without it there are no traces',
    }),
  ),
  OTEL_EXPORTER_OTLP_HEADERS: Type.String({
    pattern: PAIRS,
    default: '',
    description: 'sent to the collector: name=value, separated by commas, values percent-encoded',
  }),
  OTEL_RESOURCE_ATTRIBUTES: Type.String({
    pattern: PAIRS,
    default: '',
    description:
      'attributes of every span, such as deployment.environment.name=production; in the format of the headers',
  }),
  OTEL_TRACES_SAMPLER: Type.Enum(['parentbased_traceidratio', 'traceidratio'], {
    default: 'parentbased_traceidratio',
    description: 'whether the sender of a trace decides, or only the ratio',
  }),
  OTEL_TRACES_SAMPLER_ARG: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 1,
    description: 'the fraction of traces to record',
  }),
});

export interface Tracing {
  readonly tracer: Tracer;
  close(): Promise<void>;
}

export async function openTracing(
  service: string,
  config: Static<typeof tracingConfig>,
  logger: Logger,
): Promise<Tracing> {
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined) return { tracer: untraced, close: async () => {} };
  const { startTelemetry } = await import('@switchboard/tracing/telemetry');
  const telemetry = startTelemetry({
    service,
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    headers: readPairs(config.OTEL_EXPORTER_OTLP_HEADERS),
    resource: readPairs(config.OTEL_RESOURCE_ATTRIBUTES),
    ratio: config.OTEL_TRACES_SAMPLER_ARG,
    ignoreParent: config.OTEL_TRACES_SAMPLER === 'traceidratio',
    warn: (code, message) => logger.warn({ code }, message),
  });
  return { tracer: telemetry, close: telemetry.close };
}

/** `a=1,b=2`, as W3C baggage writes it. */
function readPairs(text: string): Record<string, string> {
  const pairs = text.split(',').flatMap((pair) => {
    const [name = '', ...value] = pair.split('=');
    return name.trim() === '' ? [] : [[name.trim(), decodeURIComponent(value.join('=').trim())]];
  });
  return Object.fromEntries(pairs);
}
