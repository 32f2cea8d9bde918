import { readDeployConfig } from '@switchboard/deploy/config';
import { ingest, services } from '@switchboard/deploy/services';
import { catalogue, type EventType, eventTypes, topics } from '@switchboard/events';
import { info } from './openapi.ts';

const BINDING = '0.5.0';

const messageRef = (topic: string, type: EventType) => ({ $ref: `#/channels/${topic}/messages/${type}` });
const typesOf = (topic: string): EventType[] => eventTypes.filter((type) => catalogue[type].topic === topic);

/** The headers of every record: CloudEvents in Kafka's binary mode. */
const headers = {
  type: 'object',
  required: ['ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_time', 'ce_subject'],
  properties: {
    ce_specversion: { const: '1.0' },
    ce_id: { type: 'string', description: 'The id of the event; unique per tenant, source and type.' },
    ce_type: { type: 'string', description: 'The event type.' },
    ce_source: { type: 'string', description: '`/<tenant>/<source>`' },
    ce_time: { type: 'string', format: 'date-time', description: 'When it happened.' },
    ce_subject: { type: 'string', description: 'The entity of the key.' },
    traceparent: { type: 'string', description: 'The trace that the event belongs to.' },
  },
};

function channelOf(topic: string, partitions: number): object {
  return {
    address: topic,
    description:
      'Events of one key keep their order. `register` creates the topic with as many partitions as TOPIC_PARTITIONS.',
    messages: Object.fromEntries(typesOf(topic).map((type) => [type, { $ref: `#/components/messages/${type}` }])),
    bindings: { kafka: { topic, partitions, bindingVersion: BINDING } },
  };
}

function messageOf(type: EventType): object {
  const { schema, keyFields } = catalogue[type];
  return {
    name: type,
    title: schema.name,
    summary: schema.doc,
    contentType: 'application/vnd.apache.avro+binary',
    headers: { $ref: '#/components/schemas/headers' },
    payload: { schemaFormat: 'application/vnd.apache.avro;version=1.9.0', schema },
    bindings: {
      kafka: {
        key: { type: 'string', description: `<tenant>:<${keyFields.join(' or ')}>` },
        schemaIdLocation: 'payload',
        schemaIdPayloadEncoding: 'confluent',
        bindingVersion: BINDING,
      },
    },
  };
}

/** What a service does with the events of a topic; undefined if nothing. */
function operationOf(service: string, action: 'send' | 'receive', topic: string, types: readonly EventType[]) {
  const operation = {
    action,
    title: `${service} ${action === 'send' ? 'writes to' : 'reads'} ${topic}`,
    channel: { $ref: `#/channels/${topic}` },
    messages: types.map((type) => messageRef(topic, type)),
    tags: [{ name: service }],
  };
  return types.length === 0 ? [] : ([[`${service}.${action}.${topic}`, operation]] as const);
}

/** The topics of the catalogue, and which service writes and reads which events. */
export function asyncapi(): object {
  const { TOPIC_PARTITIONS } = readDeployConfig({});
  const operations = topics.flatMap((topic) => [
    ...operationOf(ingest.name, 'send', topic, typesOf(topic)),
    ...services.flatMap(({ name, handles }) =>
      operationOf(
        name,
        'receive',
        topic,
        typesOf(topic).filter((type) => handles.includes(type)),
      ),
    ),
  ]);
  return {
    asyncapi: '3.0.0',
    info: { ...info, license: { name: info.license.name }, description: 'The events in Kafka, as Avro.' },
    defaultContentType: 'application/vnd.apache.avro+binary',
    channels: Object.fromEntries(topics.map((topic) => [topic, channelOf(topic, TOPIC_PARTITIONS)])),
    operations: Object.fromEntries(operations),
    components: {
      messages: Object.fromEntries(eventTypes.map((type) => [type, messageOf(type)])),
      schemas: { headers },
    },
  };
}
