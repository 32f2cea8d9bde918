import type { Message } from './transcript.ts';

/** The person of an event, as plain text, with a normalised address, or else with a phone number. */
export type Person = Details & ({ email: string } | { email?: undefined; phone: string });

interface Details {
  /** Whether it comes from `lead.captured`. */
  isLead?: boolean;
  firstName?: string | undefined;
  lastName?: string | undefined;
  phone?: string | undefined;
  company?: string | undefined;
  jobTitle?: string | undefined;
}

/** Limits in UTF-16 units: the lowest of the CRMs. */
export const LONGEST = { firstName: 40, lastName: 80, phone: 40, company: 255, jobTitle: 128, intent: 255 } as const;

/** The interaction of a person with the chatbot, from one event. */
export interface Interaction {
  /** When it happened, in epoch milliseconds. */
  at: number;
  status: 'escalated' | 'resolved' | 'unresolved' | 'lead_captured';
  /** Events of a conversation arrive in order, so the later of two events with the same time counts. */
  conversation?: string | undefined;
  intent?: string | undefined;
}

/** The record of one event. */
export interface Note {
  /** The same for every attempt of its event. */
  key: string;
  at: number;
  title: string;
  facts: readonly Fact[];
  summary: string;
  /** The conversation, oldest first; each CRM keeps as many as fit. */
  messages: readonly Message[];
}

export interface Fact {
  label: string;
  value: string;
}

/** A system that stores contacts and notes. Each call may be repeated and has its effect once. */
export interface Crm {
  /** The maximum length of an e-mail address, if it is lower than that of others. */
  readonly longestAddress?: number;
  /** Whether it stores the facts and the summary of a note as fields instead of one text. */
  readonly hasNoteFields?: boolean;
  /**
   * Creates the contact with this address, or else with this phone number, or updates it: sets the interaction, if
   * there is one, unless the contact has a later one, and fills in missing data of the person.
   * @returns the contact's id
   */
  saveContact(person: Person, interaction: Interaction | undefined, signal: AbortSignal): Promise<string>;
  /** Adds a note to a contact, unless a note with this key exists. */
  saveNote(contact: string, note: Note, signal: AbortSignal): Promise<void>;
  /**
   * Adds a line to the end of the note with this key, unless it has that line. Undefined if notes cannot be changed.
   * @returns whether the note has the line: false if it does not exist, or is full
   */
  addToNote?(key: string, line: string, signal: AbortSignal): Promise<boolean>;
}

/** The CRM's names of the fields for an interaction. */
export interface InteractionFields {
  lastInteraction: string;
  resolutionStatus: string;
  detectedIntent: string;
}

/** The values to write to a contact that has these values. */
export function changesTo(
  held: Readonly<Record<string, unknown>>,
  person: Readonly<Record<string, string | undefined>>,
  interaction: Interaction | undefined,
  fields: InteractionFields,
): Record<string, string> {
  const changes: Record<string, string> = {};
  // Data from a chatbot does not overwrite corrections made in the CRM.
  for (const [name, value] of Object.entries(person)) {
    if (value !== undefined && (held[name] ?? '') === '') changes[name] = value;
  }
  if (interaction === undefined) return changes;
  const { at, status, intent } = interaction;
  const heldAt = timeOf(held[fields.lastInteraction]);
  if (heldAt > at) return changes;
  if (heldAt < at) changes[fields.lastInteraction] = new Date(at).toISOString();
  const heldStatus = held[fields.resolutionStatus];
  // Somebody whose matter is settled stays so when they leave their details.
  const isSettled = status === 'lead_captured' && heldStatus === 'resolved';
  if (heldStatus !== status && !isSettled) changes[fields.resolutionStatus] = status;
  if (intent !== undefined && held[fields.detectedIntent] !== intent) changes[fields.detectedIntent] = intent;
  return changes;
}

/** HubSpot and Salesforce write times in several formats. An absent time counts as the earliest. */
const timeOf = (value: unknown): number => {
  if (typeof value !== 'string' && typeof value !== 'number') return Number.NEGATIVE_INFINITY;
  const time = /^\d+$/.test(String(value)) ? Number(value) : Date.parse(String(value));
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
};

/** What tells a person from others: the address, or else the digits of the phone number. */
export const keyOfPerson = ({ email, phone }: Person): string =>
  email ?? (phone ?? '').replace(/[^\d+]/g, '').replace(/(?<=.)\+/g, '');
