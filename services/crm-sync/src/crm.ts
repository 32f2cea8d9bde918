/** Who an event is about; the address is normalised, and all of it is plain text. */
export interface Person {
  email: string;
  firstName?: string | undefined;
  lastName?: string | undefined;
  phone?: string | undefined;
  company?: string | undefined;
  jobTitle?: string | undefined;
}

/** In UTF-16 units: what the CRMs take, where theirs differ the least. */
export const LONGEST = { firstName: 40, lastName: 80, phone: 40, company: 255, jobTitle: 128, intent: 255 } as const;

/** What one event says of the person's dealings with the chatbot. */
export interface Interaction {
  /** When it happened, in epoch milliseconds. */
  at: number;
  status: 'escalated' | 'resolved' | 'unresolved' | 'lead_captured';
  /** Its events come in their order, so that of two with the same time the later one counts. */
  conversation?: string | undefined;
  intent?: string | undefined;
}

/** The record of one event. */
export interface Note {
  /** The same for every try of its event. */
  key: string;
  at: number;
  title: string;
  facts: readonly Fact[];
  summary: string;
}

export interface Fact {
  label: string;
  value: string;
}

/** A place where contacts and notes are kept. Each call may be repeated, and has its effect once. */
export interface Crm {
  /** Of an e-mail address, when it keeps less than others. */
  readonly longestAddress?: number;
  /** It keeps the facts and the summary of a note as fields, not as one text. */
  readonly hasNoteFields?: boolean;
  /**
   * Creates the contact with this address, or updates it: the interaction unless it holds a later one, and of the person
   * what it does not hold yet.
   * @returns the contact's id
   */
  saveContact(person: Person, interaction: Interaction, signal: AbortSignal): Promise<string>;
  /** Adds a note to a contact, unless the one with this key is there. */
  saveNote(contact: string, note: Note, signal: AbortSignal): Promise<void>;
}

/** The CRM's names of what a person's interaction is kept in. */
export interface InteractionFields {
  lastInteraction: string;
  resolutionStatus: string;
  detectedIntent: string;
}

/** What is still to be written to a contact that holds these values. */
export function changesTo(
  held: Readonly<Record<string, unknown>>,
  person: Readonly<Record<string, string | undefined>>,
  { at, status, intent }: Interaction,
  fields: InteractionFields,
): Record<string, string> {
  const changes: Record<string, string> = {};
  // Corrections made in the CRM are not overwritten with what a chatbot heard.
  for (const [name, value] of Object.entries(person)) {
    if (value !== undefined && (held[name] ?? '') === '') changes[name] = value;
  }
  const heldAt = timeOf(held[fields.lastInteraction]);
  if (heldAt > at) return changes;
  if (heldAt < at) changes[fields.lastInteraction] = new Date(at).toISOString();
  if (held[fields.resolutionStatus] !== status) changes[fields.resolutionStatus] = status;
  if (intent !== undefined && held[fields.detectedIntent] !== intent) changes[fields.detectedIntent] = intent;
  return changes;
}

/** HubSpot and Salesforce write times in several ways; nothing is before everything. */
const timeOf = (value: unknown): number => {
  if (typeof value !== 'string' && typeof value !== 'number') return Number.NEGATIVE_INFINITY;
  const time = /^\d+$/.test(String(value)) ? Number(value) : Date.parse(String(value));
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
};
