import type { IncomingHttpHeaders } from 'node:http';
import type { Problem } from '@switchboard/events';
import { DeliveryError, type OutgoingRecord } from '@switchboard/kafka';
import type { Logger } from '@switchboard/service';
import type { Span } from '@switchboard/tracing';
import type { Claims } from './http/claims.ts';
import type { Refusal } from './http/refusals.ts';
import type { Metrics } from './metrics.ts';
import type { Source } from './sources/sources.ts';

export const QUARANTINE_TOPIC = 'ingest.quarantine';

/** A verified sender's body that cannot become an event. */
export interface BadBody {
  source: Source;
  body: Buffer;
  /** Its place in the body that it was sent in, with others. */
  itemIndex: number | undefined;
  headers: IncomingHttpHeaders;
  claims: Claims;
  refusal: Refusal;
  /** The event's id as it may be shown, where it could be read. */
  id: string | undefined;
  receivedAt: number;
  deadline: number;
  ids: Span['ids'];
}

/** What is kept of a body. */
type KeptBody = Omit<BadBody, 'refusal' | 'id' | 'ids'> & {
  refusal: Pick<Refusal, 'error' | 'problems'> & { readonly reason: string };
};

interface Quarantine {
  publish(record: OutgoingRecord): Promise<void>;
  metrics: Metrics;
  logger: Logger;
}

/** Keeps what a real sender sent before it is refused; if that fails, the sender is asked to send again. Returns why. */
export function createQuarantine({ publish, metrics, logger }: Quarantine) {
  return async function keep(bad: BadBody): Promise<Refusal> {
    const { source, refusal, id, ids } = bad;
    const { reason, problems = [] } = refusal;
    const paths = problems.map(({ path }) => path);
    logger.warn({ source: source.name, tenant: source.tenant, reason, id, problems: paths, ...ids }, 'event rejected');
    try {
      await publish(keptRecord(QUARANTINE_TOPIC, bad));
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      metrics.quarantineFailed(source.name);
      metrics.rejected(source.name, 'not_acknowledged');
      return { reason: 'not_acknowledged' };
    }
    metrics.rejected(source.name, reason);
    return refusal;
  };
}

/** Of what comes from outside or can be many, the headers keep a beginning. */
const LONGEST_HEADER = 2_000;

/** The bytes as they were sent, with what is needed to understand or repeat them; no header holds a value of theirs. */
export function keptRecord(topic: string, kept: KeptBody): OutgoingRecord {
  const { source, body, itemIndex, headers, claims, refusal, receivedAt, deadline } = kept;
  const { reason, error = '', problems } = refusal;
  return {
    topic,
    key: null,
    value: body,
    headers: {
      source: source.name,
      tenant: source.tenant,
      reason,
      problems: beginning(problems === undefined ? error : problems.map(asLine).join('\n')),
      'received-at': String(receivedAt),
      'content-type': itemIndex === undefined ? beginning(headers['content-type'] ?? '') : 'application/json',
      ...(itemIndex === undefined ? {} : { item: String(itemIndex) }),
      ...(claims.tenant === undefined ? {} : { 'signed-tenant': claims.tenant }),
      ...(claims.id === undefined ? {} : { 'signed-id': beginning(claims.id) }),
      ...mappedHeaders(source, headers),
    },
    deadline,
  };
}

/** What the mapping reads besides the body, so that it can be resubmitted. */
function mappedHeaders({ provider, mapping }: Source, headers: IncomingHttpHeaders): Record<string, string> {
  const names = new Set([...(provider.mappedHeaders ?? []), ...mapping.headersRead]);
  const mapped = [...names].filter((name) => typeof headers[name] === 'string');
  return Object.fromEntries(mapped.map((name) => [`sent-${name}`, beginning(String(headers[name]))]));
}

const asLine = ({ path, message }: Problem): string => `${path} ${message}`;

const beginning = (text: string): string => text.slice(0, LONGEST_HEADER).toWellFormed();
