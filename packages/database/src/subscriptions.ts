import { DatabaseError } from './errors.ts';

interface Subscriber {
  onPayload(payload: string): void;
  onGap(): void;
}

export interface Subscriptions {
  /** @returns a function that removes it, and returns whether it was the last of the channel. @throws DatabaseError */
  add(channel: string, subscriber: Subscriber): () => boolean;
  notify(channel: string, payload: string): void;
  /** Tells every subscriber that notifications may be missing. */
  gap(): void;
  channels(): string[];
}

export function createSubscriptions(): Subscriptions {
  const byChannel = new Map<string, Set<Subscriber>>();
  return {
    add(channel, subscriber) {
      // The name becomes part of a statement.
      if (!/^[a-z][a-z0-9_]{0,62}$/.test(channel)) {
        throw new DatabaseError(
          'INVALID_OPTION',
          `The channel ${channel} must have lower-case letters, digits and _ only.`,
        );
      }
      const subscribers = byChannel.get(channel) ?? new Set();
      subscribers.add(subscriber);
      byChannel.set(channel, subscribers);
      return () => subscribers.delete(subscriber) && subscribers.size === 0 && byChannel.delete(channel);
    },
    notify(channel, payload) {
      for (const { onPayload } of byChannel.get(channel) ?? []) onPayload(payload);
    },
    gap() {
      for (const subscribers of byChannel.values()) for (const { onGap } of subscribers) onGap();
    },
    channels: () => [...byChannel.keys()],
  };
}
