import type { AnyEvent } from '@switchboard/events';
import type { EffectRunners } from './effects.ts';
import { metaOf } from './event-meta.ts';

interface Deps {
  publish(event: AnyEvent): Promise<void>;
}

/** Requests the message from the notifier, which knows the person's locale and consents. */
export const sendMessage =
  ({ publish }: Deps): EffectRunners['message'] =>
  ({ effect, key, tenant, flow, at }) => {
    const { userId, conversationId, title, texts, solicited, urgent, expiresAfterMs } = effect;
    return publish({
      meta: metaOf('message.requested', { id: key, tenant, at }),
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
