import type { HandlerContext } from '@switchboard/consumer';
import type { Conversations } from './conversations.ts';
import { type Crm, type Interaction, keyOfPerson, LONGEST, type Note, type Person } from './crm.ts';
import type { NewestInteractions } from './newest.ts';
import { createNote, type NoteInput, TICKET_OPENED } from './note.ts';
import { isPhone, normaliseEmail, oneLine, splitName } from './text.ts';

export interface Visit
  extends Pick<Interaction, 'status' | 'conversation'>,
    Pick<NoteInput, 'title' | 'summary' | 'facts' | 'transcript' | 'outcome'> {
  meta: { tenant: string; occurredAt: number; receivedAt: number };
  email: string | null | undefined;
  name: string | null | undefined;
  phone: string | null | undefined;
  company: string | null | undefined;
  jobTitle?: string | null;
  intent: string | null;
}

/** Writes the data of an event about a person to the CRM. */
export type Recorder = (visit: Visit, context: HandlerContext) => Promise<void>;

interface Deps {
  crm: Crm;
  newest: NewestInteractions;
  conversations: Pick<Conversations, 'putNote'>;
}

export function createRecorder({ crm, newest, conversations }: Deps): Recorder {
  /**
   * Two events of a person can belong to different conversations and run concurrently, even in different processes.
   * Each writes the newest stored interaction and checks again afterwards, so that the last writer writes the newest.
   */
  async function saveContact(person: Person, interaction: Interaction, signal: AbortSignal): Promise<string> {
    const key = keyOfPerson(person);
    let known = await newest.put(key, interaction);
    for (;;) {
      const contact = await crm.saveContact(person, known, signal);
      const { at, status } = known;
      known = await newest.put(key, interaction);
      if (known.at <= at && known.status === status) return contact;
    }
  }

  return async (visit, context) => {
    const email = normaliseEmail(visit.email, crm.longestAddress);
    const isLead = visit.status === 'lead_captured';
    const phone = oneLine(visit.phone, LONGEST.phone);
    if (email === undefined && visit.email?.trim()) return context.skip('invalid_email');
    if (email === undefined && !(isLead && isPhone(phone))) return context.skip('no_email');
    const { idempotencyKey, signal } = context;
    const person = {
      ...(email !== undefined && { email }),
      isLead,
      ...splitName(visit.name),
      phone,
      company: oneLine(visit.company, LONGEST.company),
      jobTitle: oneLine(visit.jobTitle, LONGEST.jobTitle),
    } as Person;
    // A sender's clock may be ahead; its events must not block later ones.
    const at = Math.min(visit.meta.occurredAt, visit.meta.receivedAt);
    const { status, conversation } = visit;
    const interaction = { at, status, conversation, intent: oneLine(visit.intent, LONGEST.intent) };
    const contact = await saveContact(person, interaction, signal);
    const note: Note = createNote({ ...visit, at, idempotencyKey });
    await crm.saveNote(contact, note, signal);
    if (status === 'escalated' && conversation !== undefined) {
      const line = await conversations.putNote(visit.meta.tenant, conversation, note.key);
      if (line === undefined || (await crm.addToNote?.(note.key, line, signal)) !== false) return;
      const full = { idempotencyKey: `${idempotencyKey}|ticket`, at, title: TICKET_OPENED, summary: line, facts: {} };
      await crm.saveNote(contact, createNote(full), signal);
    }
  };
}
