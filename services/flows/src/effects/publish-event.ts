import { PermanentError } from '@switchboard/consumer';
import type { AnyEvent } from '@switchboard/events';
import type { EffectRunners } from './effects.ts';
import { metaOf } from './send-message.ts';

/** How many flows an event may pass through. Load checks refuse cycles of flows; this bounds what they cannot see. */
export const MOST_HOPS = 5;

interface Deps {
  publish(event: AnyEvent): Promise<void>;
}

export const publishEvent =
  ({ publish }: Deps): EffectRunners['event'] =>
  async ({ effect, key, tenant, flow, at }) => {
    const { type, fields, hops } = effect;
    if (hops > MOST_HOPS) {
      const message = `The flow ${flow} would publish ${type} as the ${hops}th event in a row that flows cause; ${MOST_HOPS} are allowed`;
      throw new PermanentError('TOO_MANY_HOPS', message);
    }
    // The flow has read its fields by the schema.
    await publish({ ...fields, meta: metaOf(type, { id: key, tenant, at, hops }) } as unknown as AnyEvent);
  };
