import { type AnyEvent, catalogue, eventHeaders, keyOf } from '@switchboard/events';
import { readTraceparent, type SpanAttributes, type Tracer, untraced } from '@switchboard/tracing';
import { eventAttributes } from '../event-attributes.ts';
import type { Publisher } from './publisher.ts';
import type { OutgoingRecord } from './record.ts';

export interface EventPublisherOptions {
  readonly publish: Publisher['publish'];
  encode(event: AnyEvent): Buffer;
  readonly tracer?: Tracer | undefined;
}

export interface PublishEventOptions {
  /** When to give up, in epoch milliseconds. */
  readonly deadline?: number;
  /** Passed on when this process does not trace. */
  readonly traceparent?: unknown;
}

/** Resolves when all in-sync replicas have the event. Rejects with `DeliveryError`. */
export type PublishEvent = (event: AnyEvent, options?: PublishEventOptions) => Promise<void>;

/** Publishes events to the topics of the catalogue, under their keys, with CloudEvents headers. */
export function createEventPublisher({ publish, encode, tracer = untraced }: EventPublisherOptions): PublishEvent {
  function send(event: AnyEvent, { deadline, traceparent }: PublishEventOptions, carried?: string): Promise<void> {
    try {
      const { topic } = catalogue[event.meta.type];
      const headers = eventHeaders(event);
      const passedOn = carried ?? (readTraceparent(traceparent) && (traceparent as string));
      if (passedOn !== undefined) headers.traceparent = passedOn;
      const record: OutgoingRecord = { topic, key: keyOf(event), value: encode(event), headers };
      if (deadline !== undefined) record.deadline = deadline;
      return publish(record);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  if (tracer === untraced) return (event, options = {}) => send(event, options);
  return (event, options = {}) => {
    const { topic } = catalogue[event.meta.type];
    const attributes = (): SpanAttributes => ({
      ...eventAttributes(eventHeaders(event)),
      'messaging.system': 'kafka',
      'messaging.operation.name': 'send',
      'messaging.destination.name': topic,
    });
    return tracer.span({ kind: 'producer', name: `send ${topic}`, attributes }, (span) =>
      send(event, options, span.traceparent),
    );
  };
}
