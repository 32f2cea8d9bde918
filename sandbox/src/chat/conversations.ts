import { randomUUID } from 'node:crypto';
import { type DemoPerson, demoPeople } from '../people.ts';
import { shortened } from '../plain-text.ts';

/** One line of a conversation. All of it is plain text. */
export interface Entry {
  /** Increases within a conversation. */
  readonly id: number;
  /** `platform` is a message that a service sent by the platform's API; `node` is a dialogue that it started. */
  readonly from: 'person' | 'bot' | 'platform' | 'node';
  readonly text: string;
  readonly at: string;
  /** How the bot knows: the call it made, and its answer. */
  readonly how?: string;
  /** What the person may answer. */
  readonly choices?: readonly string[];
  /** The variables of a dialogue. */
  readonly fields?: readonly (readonly [name: string, value: string])[];
}

export type NewEntry = Omit<Entry, 'id' | 'at'>;

/** The conversation of one person with the bot. Clearing the sandbox starts another one. */
export interface Conversation {
  readonly conversationId: string;
  readonly person: DemoPerson;
  readonly startedAt: string;
  readonly entries: readonly Entry[];
  /** Whether the bot is about to answer. */
  readonly isTyping: boolean;
}

export interface Conversations {
  /** Undefined for anybody but the demo people. */
  of(userId: string): Conversation | undefined;
  /** Adds an entry, unless its conversation has ended. */
  add(conversation: Conversation, entry: NewEntry): Entry;
  setTyping(conversation: Conversation, isTyping: boolean): void;
  /** The listener hears of every change of a person's conversation. @returns a function that unsubscribes */
  subscribe(userId: string, listener: (change: Change) => void): () => void;
  clear(): void;
}

export type Change = { entry: Entry } | { isTyping: boolean } | { cleared: true };

/** More than a viewer scrolls through. */
const MOST_ENTRIES = 200;
const MOST_TEXT = 4_000;
const MOST_FIELDS = 20;
const MOST_FIELD = 300;

type Own = { -readonly [Name in keyof Conversation]: Conversation[Name] };

export function createConversations(): Conversations {
  const current = new Map<string, Own>();
  const listeners = new Map<string, Set<(change: Change) => void>>(demoPeople.map(({ userId }) => [userId, new Set()]));
  let lastId = 0;

  function begin(): void {
    for (const person of demoPeople) {
      current.set(person.userId, {
        conversationId: `chat-${randomUUID().slice(0, 8)}`,
        person,
        startedAt: new Date().toISOString(),
        entries: [],
        isTyping: false,
      });
    }
  }

  function tell(userId: string, change: Change): void {
    for (const listener of listeners.get(userId) ?? []) listener(change);
  }

  /** The conversation as it is kept, or undefined if it has ended. */
  function kept({ conversationId, person }: Conversation): Own | undefined {
    const own = current.get(person.userId);
    return own?.conversationId === conversationId ? own : undefined;
  }

  begin();
  return {
    of: (userId) => current.get(userId),
    add(conversation, { text, fields, ...rest }) {
      lastId += 1;
      const entry: Entry = {
        ...rest,
        id: lastId,
        at: new Date().toISOString(),
        text: shortened(text, MOST_TEXT),
        ...(fields === undefined
          ? {}
          : {
              fields: fields
                .slice(0, MOST_FIELDS)
                .map(([name, value]) => [shortened(name, MOST_FIELD), shortened(value, MOST_FIELD)]),
            }),
      };
      const own = kept(conversation);
      if (own === undefined) return entry;
      own.entries = [...own.entries, entry].slice(-MOST_ENTRIES);
      tell(own.person.userId, { entry });
      return entry;
    },
    setTyping(conversation, isTyping) {
      const own = kept(conversation);
      if (own === undefined || own.isTyping === isTyping) return;
      own.isTyping = isTyping;
      tell(own.person.userId, { isTyping });
    },
    subscribe(userId, listener) {
      listeners.get(userId)?.add(listener);
      return () => void listeners.get(userId)?.delete(listener);
    },
    clear() {
      begin();
      for (const { userId } of demoPeople) tell(userId, { cleared: true });
    },
  };
}
