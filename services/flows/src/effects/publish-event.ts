import { PermanentError } from '@switchboard/consumer';
import type { AnyEvent } from '@switchboard/events';
import type { EffectRunners } from './effects.ts';
import { metaOf } from './event-meta.ts';
import { extraOf, MOST_HOPS } from './hops.ts';

interface Deps {
  publish(event: AnyEvent): Promise<void>;
}

export const publishEvent =
  ({ publish }: Deps): EffectRunners['event'] =>
  async ({ effect, key, tenant, flow, at }) => {
    const { type, fields, hops } = effect;
    if (hops > MOST_HOPS) {
      const message = `The flow ${flow} would publish ${type} after ${MOST_HOPS} flows in a row: do flows trigger each other?`;
      throw new PermanentError('TOO_MANY_HOPS', message);
    }
    // The flow has read its fields by the schema.
    await publish({
      ...fields,
      meta: metaOf(type, { id: key, tenant, at, extra: extraOf(hops) }),
    } as unknown as AnyEvent);
  };
