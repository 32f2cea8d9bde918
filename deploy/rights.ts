import { catalogue, type EventType, publicEventTypes, topics } from '@switchboard/events';
import { consumers, ingest, QUARANTINE_TOPIC, SKIPPED_TOPIC, services } from './services.ts';

export type Operation = 'Read' | 'Write' | 'Create' | 'Describe' | 'DescribeConfigs' | 'AlterConfigs';

/** What a principal may do with a topic or a consumer group, or with all whose names begin with `name`. */
export interface Right {
  readonly resource: 'topic' | 'group';
  readonly name: string;
  readonly pattern: 'literal' | 'prefixed';
  readonly operations: readonly Operation[];
}

export interface Principal {
  /** The user of SASL, or the common name of a certificate. */
  readonly name: string;
  readonly rights: readonly Right[];
}

const topic = (name: string, ...operations: Operation[]): Right => ({
  ...{ resource: 'topic', pattern: 'literal', name, operations },
});
const topicsOf = (prefix: string, ...operations: Operation[]): Right => ({
  ...{ resource: 'topic', pattern: 'prefixed', name: prefix, operations },
});
const group = (name: string, ...operations: Operation[]): Right => ({
  ...{ resource: 'group', pattern: 'literal', name, operations },
});

const chainOf = (service: string) => ({ retries: `${service}.retry.`, deadLetters: `${service}.dlq` });
const ledgerOf = (name: string): string => `${name}.ledger`;
const sourcesOf = (types: readonly EventType[]): string[] => [...new Set(types.map((type) => catalogue[type].topic))];

/** What ingest keeps of bodies that did not become events. */
const KEPT = [QUARANTINE_TOPIC, SKIPPED_TOPIC];

/** The topics that services write besides their chains: events that follow from other events. */
const PUBLISHES: Readonly<Record<string, readonly string[]>> = {
  actions: sourcesOf(['message.requested', 'action.completed']),
  ticketing: sourcesOf(['conversation.resolved', 'message.requested', 'ticket.created']),
  // A flow may publish any event.
  flows: topics,
};

const consumer = ({ name, handles }: (typeof services)[number]): Principal => {
  const { retries, deadLetters } = chainOf(name);
  const published = PUBLISHES[name] ?? [];
  return {
    name,
    rights: [
      ...sourcesOf(handles).map((source) =>
        topic(source, 'Read', ...(published.includes(source) ? ['Write' as const] : [])),
      ),
      ...published.filter((source) => !sourcesOf(handles).includes(source)).map((source) => topic(source, 'Write')),
      topicsOf(retries, 'Read', 'Write'),
      topic(deadLetters, 'Write'),
      group(name, 'Read'),
    ],
  };
};

/** Everything that any program of ours reads. */
const looking: readonly Right[] = [
  ...[...topics, ...KEPT, ...KEPT.map(ledgerOf)].map((name) => topic(name, 'Read')),
  ...consumers.flatMap(({ name }) => {
    const { retries, deadLetters } = chainOf(name);
    return [topicsOf(retries, 'Read'), topicsOf(deadLetters, 'Read'), group(name, 'Describe')];
  }),
];

const CREATE = ['Create', 'Describe', 'DescribeConfigs', 'AlterConfigs'] as const;

/** Who needs which rights in Kafka. Read and Write include Describe. Everything else is denied. */
export const principals: readonly Principal[] = [
  {
    name: 'register',
    rights: [
      ...[...topics, ...KEPT, ...KEPT.map(ledgerOf)].map((name) => topic(name, ...CREATE)),
      ...consumers.flatMap(({ name }) => {
        const { retries, deadLetters } = chainOf(name);
        return [topicsOf(retries, ...CREATE), topicsOf(deadLetters, ...CREATE)];
      }),
    ],
  },
  // Senders may not write what only our services publish, such as the end of an action.
  { name: ingest.name, rights: [...sourcesOf(publicEventTypes), ...KEPT].map((name) => topic(name, 'Write')) },
  ...consumers.map(consumer),
  ...services
    .filter((service) => service !== ingest && !consumers.includes(service))
    .map(({ name }) => ({ name, rights: (PUBLISHES[name] ?? []).map((written) => topic(written, 'Write')) })),
  { name: 'ops', rights: looking },
  {
    name: 'redrive',
    rights: [
      ...looking,
      ...consumers.flatMap(({ name }) => {
        const { retries, deadLetters } = chainOf(name);
        return [topicsOf(retries, 'Write'), topic(ledgerOf(deadLetters), 'Write')];
      }),
      ...KEPT.map((name) => topic(ledgerOf(name), 'Write')),
    ],
  },
];
