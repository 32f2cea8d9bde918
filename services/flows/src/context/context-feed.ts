import type { Context } from './context.ts';
import { stateOf, type Update, updateBetween } from './context-difference.ts';
import type { ContextStore } from './context-store.ts';
import { keyOf, type Subject } from './subject.ts';

export interface Listener {
  /** The version that it has, from an earlier connection. */
  readonly knows: number | undefined;
  send(update: Update): void;
  /** Ends the connection: the listener comes back, and gets the state. */
  end(): void;
}

export interface ContextFeed {
  /** Sends the state, then each change, of whichever instance. @returns a function that stops it */
  follow(subject: Subject, listener: Listener): () => void;
  close(): Promise<void>;
}

interface Followed {
  readonly subject: Subject;
  /** Those that have had the state. */
  readonly listeners: Set<Listener>;
  readonly joining: Set<Listener>;
  current: Context | undefined;
  isReading: boolean;
  isStale: boolean;
}

/** Reads a subject that has listeners when it changes: once at a time, however many changes and listeners there are. */
export async function openContextFeed(store: Pick<ContextStore, 'read' | 'listen'>): Promise<ContextFeed> {
  const followed = new Map<string, Followed>();

  async function refresh(key: string, one: Followed): Promise<void> {
    one.isStale = true;
    if (one.isReading) return;
    one.isReading = true;
    while (one.isStale && followed.get(key) === one) {
      one.isStale = false;
      try {
        publish(one, await store.read(one.subject));
      } catch {
        followed.delete(key);
        for (const { end } of [...one.listeners, ...one.joining]) end();
      }
    }
    one.isReading = false;
  }

  function publish(one: Followed, next: Context | undefined): void {
    const { subject, listeners, joining, current } = one;
    one.current = next;
    const update = updateBetween(subject.id, current, next);
    if (update !== undefined) for (const { send } of [...listeners]) send(update);
    for (const listener of [...joining]) {
      joining.delete(listener);
      listeners.add(listener);
      if (next === undefined || listener.knows !== next.version) listener.send(stateOf(subject.id, next));
    }
  }

  const stop = await store.listen(
    (key) => {
      const one = followed.get(key);
      if (one !== undefined) void refresh(key, one);
    },
    () => {
      for (const [key, one] of followed) void refresh(key, one);
    },
  );

  return {
    follow(subject, listener) {
      const key = keyOf(subject);
      const one = followed.get(key) ?? {
        subject,
        listeners: new Set(),
        joining: new Set(),
        current: undefined,
        isReading: false,
        isStale: false,
      };
      followed.set(key, one);
      one.joining.add(listener);
      void refresh(key, one);
      return () => {
        one.listeners.delete(listener);
        one.joining.delete(listener);
        const isLast = one.listeners.size + one.joining.size === 0;
        if (isLast && followed.get(key) === one) followed.delete(key);
      };
    },
    async close() {
      for (const { listeners, joining } of followed.values()) for (const { end } of [...listeners, ...joining]) end();
      followed.clear();
      await stop();
    },
  };
}
