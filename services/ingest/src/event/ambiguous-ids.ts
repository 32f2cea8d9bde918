import { randomUUID } from 'node:crypto';
import { type AnyEvent, keyOf } from '@switchboard/events';
import type { SeenIds } from './seen-ids.ts';

/** Names events whose body holds neither an id nor a time: the same name for a repeat, another for another event. */
export interface AmbiguousIds {
  /** @param repeatMs how long after its acknowledgement an equal body is a repeat */
  nameFor(event: AnyEvent, repeatMs: number): Promise<Name>;
}

export interface Name {
  id: string;
  /** From here on, the time in which an equal body is a repeat runs. */
  acknowledged(): void;
}

/** A sender that was answered 503 sends again within minutes; until then its event keeps its name. */
const UNACKNOWLEDGED_MS = 600_000;
/** How long an entity's last event is known. */
const LAST_MS = 86_400_000;
const MOST_NAMES = 20_000;

/** Events that say how something is now: repeats only while nothing else was said of the same thing. */
const isState = ({ meta: { type } }: AnyEvent): boolean => type.startsWith('article.') || type === 'preference.updated';

interface Held {
  id: string;
  until: number;
}

/** Redis is asked first, so that all instances agree; without it, each instance recognises its own repeats. */
export function createAmbiguousIds(
  redis: Pick<SeenIds, 'claim' | 'shorten'>,
  now: () => number = Date.now,
): AmbiguousIds {
  const held = new Map<string, Held>();

  function claimHere(subject: string, content: string, id: string, keepMs: number): string {
    const known = held.get(subject);
    const isRepeat = known !== undefined && known.until > now() && known.id.startsWith(content);
    const entry = isRepeat ? known : { id, until: now() + keepMs };
    held.delete(subject);
    held.set(subject, entry);
    if (held.size > MOST_NAMES) held.delete(held.keys().next().value as string);
    return entry.id;
  }

  return {
    async nameFor(event, repeatMs) {
      const { meta } = event;
      const state = isState(event);
      // The content's hash comes first, so that a reader of the name can compare it.
      const content = `${meta.id}:`;
      // Published, unpublished and published again may take less than a millisecond.
      const proposal = `${content}${meta.receivedAt}-${randomUUID().slice(0, 8)}`;
      const subject = `${meta.source}:${state ? keyOf(event) : `${meta.tenant}:${meta.id}`}`;
      const keepMs = state ? LAST_MS : UNACKNOWLEDGED_MS;
      const id =
        (await redis.claim(subject, content, proposal, keepMs)) ?? claimHere(subject, content, proposal, keepMs);
      return {
        id,
        acknowledged() {
          if (state) return;
          const known = held.get(subject);
          if (known !== undefined) known.until = now() + repeatMs;
          redis.shorten(subject, id, repeatMs);
        },
      };
    },
  };
}
