import { join } from 'node:path';
import { type EventType, publicEventTypes } from '@switchboard/events';

export interface Service {
  /** Its folder in services/. */
  readonly name: string;
  readonly port: number;
  /** The topics it needs in addition to those of the catalogue and its retry chain. */
  readonly topics: readonly string[];
  /** The event types that it has a handler for. */
  readonly handles: readonly EventType[];
}

/** Keeps the signed bodies that ingest had to refuse. */
export const QUARANTINE_TOPIC = 'ingest.quarantine';

/** Keeps bodies of undeclared types for a while. */
export const SKIPPED_TOPIC = 'ingest.skipped';

export const ingest: Service = { name: 'ingest', port: 8080, topics: [QUARANTINE_TOPIC], handles: [] };

/** What `npm start` runs, in the order of its output. */
export const services: readonly Service[] = [
  ingest,
  {
    name: 'crm-sync',
    port: 8081,
    topics: [],
    handles: [
      'conversation.escalated',
      'conversation.resolved',
      'conversation.unresolved',
      'lead.captured',
      'ticket.created',
    ],
  },
  {
    name: 'ticketing',
    port: 8082,
    topics: [],
    handles: ['conversation.escalated', 'conversation.resolved', 'conversation.unresolved', 'ticket.updated'],
  },
  {
    name: 'kb-indexer',
    port: 8083,
    topics: [],
    handles: ['article.published', 'article.updated', 'article.unpublished'],
  },
  {
    name: 'notifier',
    port: 8084,
    topics: [],
    handles: [
      'order.created',
      'order.shipped',
      'order.delivered',
      'order.cancelled',
      'payment.confirmed',
      'payment.failed',
      'payment.refunded',
      'subscription.changed',
      'stock.replenished',
      'incident.opened',
      'incident.resolved',
      'maintenance.scheduled',
      'deploy.finished',
      'build.failed',
      'conversation.escalated',
      'conversation.resolved',
      'conversation.unresolved',
      'lead.captured',
      'message.status',
      'fraud.flagged',
      'stock.changed',
      'ticket.created',
      'ticket.updated',
      'preference.updated',
      'customer.updated',
      'follow.started',
      'follow.ended',
      'message.requested',
    ],
  },
  // Flows may want any event that a sender can send.
  { name: 'flows', port: 8087, topics: [], handles: [...publicEventTypes, 'flow.timeout'] },
  { name: 'actions', port: 8088, topics: [], handles: [] },
];

/** Those with a consumer group, a retry chain and dead letters. */
export const consumers: readonly Service[] = services.filter(({ handles }) => handles.length > 0);

/** The names of the services that handle events of this type. */
export const handlersOf = (type: string): readonly string[] =>
  services.filter(({ handles }) => handles.some((handled) => handled === type)).map(({ name }) => name);

/** Stands in for the outside systems; no service of ours. */
export const sandbox = { name: 'sandbox', port: 8090, smtpPort: 8025 } as const;

/** What is bundled, and has an image: `register` runs once before the others. */
export const programs: readonly string[] = [...services.map(({ name }) => name), sandbox.name, 'register'];

/** Limits the heap: V8 grows into all the memory that it finds. */
export const heapLimits: readonly string[] = ['--max-semi-space-size=8', '--max-old-space-size=192'];
/**
 * V8 learns which of our objects live long, those of events that wait for Kafka, and creates them in the old generation.
 * There they outlive the event, and so does all that they refer to: a third of the CPU time of a batch.
 */
export const createYoung: readonly string[] = ['--no-allocation-site-pretenuring'];
export const nodeFlags: readonly string[] = [...heapLimits, ...createYoung];

/** The threads of a process share so many arenas of malloc: one for each of them takes some 4 MB more. */
export const arenas = '2';

/** Where Node keeps what it compiled: a start takes a second less then, and 20 MB. */
export const compileCache = join(import.meta.dirname, '../.local/compile-cache');

export const scriptOf = ({ name }: Pick<Service, 'name'>): string =>
  join(import.meta.dirname, '..', name === sandbox.name ? '' : 'services', name, 'src/main.ts');

/** The variable that changes a service's port: `INGEST_PORT`. */
export const portVariable = ({ name }: Pick<Service, 'name'>): string => `${variablePrefix(name)}_PORT`;

/** What variables about a service begin with: `CRM_SYNC`. */
export const variablePrefix = (name: string): string => name.replaceAll('-', '_').toUpperCase();
