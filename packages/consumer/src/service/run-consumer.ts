import { runService } from '@switchboard/service';
import type { TObject } from 'typebox';
import { withConsumerConfig } from './config.ts';
import { type ConsumerDefinition, openConsumer } from './open-consumer.ts';

/** Runs a consumer service until a signal stops it. Each event has one effect; see docs/delivery.md. */
export function runConsumer<S extends TObject>(definition: ConsumerDefinition<S>): Promise<void> {
  const { name } = definition;
  const config = withConsumerConfig(definition.config);
  return runService({ name, config, start: (service) => openConsumer(service, definition) });
}
