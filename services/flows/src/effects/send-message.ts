import type { AnyEvent } from '@switchboard/events';
import type { EffectRunners } from './effects.ts';

interface Deps {
  publish(event: AnyEvent): Promise<void>;
}

/** Requests the message from the notifier, which knows the person's locale and consents. */
export const sendMessage =
  ({ publish }: Deps): EffectRunners['message'] =>
  ({ effect, key, tenant, flow, at }) => {
    const { userId, conversationId, title, texts, solicited, urgent, expiresAfterMs } = effect;
    return publish({
      meta: metaOf('message.requested', { id: key, tenant, at, hops: 0 }),
      userId,
      conversationId: conversationId ?? null,
      texts,
      title: title ?? null,
      about: `flow:${flow}`,
      solicited,
      urgent,
      expiresAt: at + expiresAfterMs,
    } as AnyEvent);
  };

export const metaOf = <T extends AnyEvent['meta']['type']>(
  type: T,
  { id, tenant, at, hops }: { id: string; tenant: string; at: number; hops: number },
) => ({ id, source: 'flows', tenant, type, occurredAt: at, receivedAt: Date.now(), extra: null, hops });
