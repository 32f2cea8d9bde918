import type { Effect, SystemName } from './effect.ts';
import { plainText, shortened } from './plain-text.ts';

export const cardKinds = ['contact', 'ticket', 'document', 'message', 'order'] as const;
export type CardKind = (typeof cardKinds)[number];

/** A record to show. `html` becomes the text that its reader would see. */
export interface CardInput {
  kind: CardKind;
  system: SystemName;
  id: string;
  title: string;
  text?: string;
  html?: string;
  badges?: readonly string[];
  fields?: readonly (readonly [label: string, value: string])[];
}

export interface NoteInput {
  text?: string;
  html?: string;
}

/** A record on the page. All of it is plain text. */
export interface Card {
  readonly key: string;
  readonly kind: CardKind;
  readonly system: SystemName;
  readonly title: string;
  readonly text: string;
  readonly badges: readonly string[];
  readonly fields: readonly (readonly [label: string, value: string])[];
  readonly notes: readonly { readonly text: string; readonly at: string }[];
  readonly createdAt: string;
  readonly at: string;
}

/** A request that was answered with an error. */
export type Refusal = Pick<Effect, 'system' | 'method' | 'path' | 'status' | 'fault' | 'at'> & { readonly why: string };

export type BoardListener = (
  change: { put: Card } | { removed: string } | { refused: Refusal } | { cleared: true },
) => void;

/** The content of the page: the newest cards of each kind and the newest refused requests. */
export interface Board {
  /** Adds or replaces a card. Its notes stay. */
  put(card: CardInput): void;
  note(kind: CardKind, system: SystemName, id: string, note: NoteInput): void;
  remove(kind: CardKind, system: SystemName, id: string): void;
  /** Adds a refused request. */
  refuse(effect: Effect): void;
  clear(): void;
  /** Within each kind, in the order of their last change. */
  cards(): Card[];
  /** The newest refused requests, oldest first. */
  refusals(): Refusal[];
  /** Counts everything since the last `clear`, including what is no longer kept. */
  totals(): Record<CardKind | 'refused', number>;
  /** @returns a function that unsubscribes */
  subscribe(listener: BoardListener): () => void;
}

/** Per kind; more than a viewer scrolls through. */
export const MOST_CARDS = 100;
export const MOST_REFUSALS = 50;
const MOST_NOTES = 20;
const MOST_TITLE = 300;
const MOST_TEXT = 4_000;
const MOST_FIELD = 300;
const NONE = { contact: 0, ticket: 0, document: 0, message: 0, order: 0, refused: 0 };

const keyOf = (kind: CardKind, system: SystemName, id: string): string => `${kind}:${system}:${id}`;
const textFrom = ({ text = '', html }: NoteInput, most: number): string =>
  shortened(html === undefined ? text : plainText(html), most);

/** The name of a field without the marks that APIs put on custom ones: `cf_`, `__c`, underscores. */
const labelOf = (name: string): string =>
  name
    .replaceAll(/^cf_|__c$/g, '')
    .replaceAll('_', ' ')
    .trim();

export function createBoard(): Board {
  const cards = new Map(cardKinds.map((kind) => [kind, new Map<string, Card>()]));
  const listeners = new Set<BoardListener>();
  const notify: BoardListener = (change) => {
    for (const listener of listeners) listener(change);
  };
  const totals = { ...NONE };
  let refusals: Refusal[] = [];
  const of = (kind: CardKind): Map<string, Card> => cards.get(kind) ?? new Map();

  function keep(card: Card): void {
    const kept = of(card.kind);
    // The newest comes last.
    kept.delete(card.key);
    kept.set(card.key, card);
    const [oldest] = kept.keys();
    if (kept.size > MOST_CARDS && oldest !== undefined) kept.delete(oldest);
    notify({ put: card });
  }

  return {
    put({ kind, system, id, title, badges = [], fields = [], ...body }) {
      const key = keyOf(kind, system, id);
      const known = of(kind).get(key);
      const at = new Date().toISOString();
      if (known === undefined) totals[kind] += 1;
      keep({
        key,
        kind,
        system,
        title: shortened(title, MOST_TITLE),
        text: textFrom(body, MOST_TEXT),
        badges: badges.slice(0, 12).map((badge) => shortened(badge, MOST_FIELD)),
        fields: fields
          .filter(([, value]) => value !== '')
          .slice(0, 20)
          .map(([label, value]) => [shortened(labelOf(label), MOST_FIELD), shortened(value, MOST_FIELD)]),
        notes: known?.notes ?? [],
        createdAt: known?.createdAt ?? at,
        at,
      });
    },
    note(kind, system, id, note) {
      const known = of(kind).get(keyOf(kind, system, id));
      if (known === undefined) return;
      const at = new Date().toISOString();
      const notes = [...known.notes, { text: textFrom(note, MOST_TEXT), at }].slice(-MOST_NOTES);
      keep({ ...known, notes, at });
    },
    remove(kind, system, id) {
      const key = keyOf(kind, system, id);
      if (!of(kind).delete(key)) return;
      totals[kind] -= 1;
      notify({ removed: key });
    },
    refuse({ system, method, path, status, why = '', fault, at }) {
      const refusal: Refusal = {
        system,
        method,
        path: shortened(path, MOST_FIELD),
        status,
        why: shortened(why, MOST_FIELD),
        ...(fault === undefined ? {} : { fault }),
        at,
      };
      totals.refused += 1;
      refusals = [...refusals, refusal].slice(-MOST_REFUSALS);
      notify({ refused: refusal });
    },
    clear() {
      for (const kept of cards.values()) kept.clear();
      refusals = [];
      Object.assign(totals, NONE);
      notify({ cleared: true });
    },
    cards: () => [...cards.values()].flatMap((kept) => [...kept.values()]),
    refusals: () => [...refusals],
    totals: () => ({ ...totals }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
