import type { AnyEvent, EventType } from '@switchboard/events';
import { holds, type OptionalField, optionalFields } from './optional-fields.ts';

/** A field that always came and does not come any more. */
export interface MissingField {
  readonly field: string;
  readonly since: number;
}

export interface FieldPresence {
  observe(event: AnyEvent, now: number): void;
  missing(): MissingField[];
  /** The fields that always come, or did until they went missing. */
  established(): string[];
  /** Takes a field as one that always came, as an earlier process found. */
  restore(field: string): void;
}

/** A field always comes if at least this many events were seen and 99 % of them had it. */
const ENOUGH_EVENTS = 200;
const ALWAYS = 0.99;
/** A field is missing after this many events in a row without it, which cannot happen by chance. */
const MISSING_EVENTS = 50;
/** Beyond this, older events count half. */
const MOST_EVENTS = 2_000;
/** After this time the sender has dropped the field for good. */
const ACCEPTED_MS = 7 * 86_400_000;

interface State {
  readonly place: OptionalField;
  readonly field: string;
  events: number;
  held: number;
  /** Events in a row that lack it; they are part of `events` when it comes again. */
  absent: number;
  missingSince: number | undefined;
}

/** Which fields the events of one source and type always have, and which of those stop coming. */
export function createFieldPresence(type: EventType): FieldPresence {
  const states = optionalFields(type).map(
    (place): State => ({ place, field: place.join('.'), events: 0, held: 0, absent: 0, missingSince: undefined }),
  );

  function come(state: State): void {
    if (state.absent > 0) {
      // An absence that was reported is a fault, and does not count against the field.
      if (state.missingSince === undefined) state.events += state.absent;
      state.absent = 0;
      state.missingSince = undefined;
    }
    state.events += 1;
    state.held += 1;
    while (state.events > MOST_EVENTS) {
      state.events /= 2;
      state.held /= 2;
    }
  }

  function stayAway(state: State, now: number): void {
    state.absent += 1;
    if (state.absent >= MISSING_EVENTS && isEstablished(state)) state.missingSince ??= now;
    if (state.missingSince !== undefined && now - state.missingSince > ACCEPTED_MS) {
      state.events = 0;
      state.held = 0;
      state.missingSince = undefined;
    }
  }

  return {
    observe(event, now) {
      for (const state of states) {
        if (holds(event as unknown as Record<string, unknown>, state.place)) come(state);
        else stayAway(state, now);
      }
    },
    missing() {
      const missing = states.filter(({ missingSince }) => missingSince !== undefined);
      const whole = new Set(missing.flatMap(({ place: [name, inner] }) => (inner === undefined ? [name] : [])));
      // A missing record implies its fields.
      const reported = missing.filter(({ place: [name, inner] }) => inner === undefined || !whole.has(name));
      return reported.map(({ field, missingSince = 0 }) => ({ field, since: missingSince }));
    },
    established: () => states.filter(isEstablished).map(({ field }) => field),
    restore(field) {
      const state = states.find((one) => one.field === field);
      if (state === undefined || state.events >= ENOUGH_EVENTS) return;
      state.events += ENOUGH_EVENTS;
      state.held += ENOUGH_EVENTS;
    },
  };
}

const isEstablished = ({ events, held }: State): boolean => events >= ENOUGH_EVENTS && held >= ALWAYS * events;
