import type { Target } from '@switchboard/outbound';
import { type Crm, changesTo, type InteractionFields } from './crm.ts';
import { ACTIVITY } from './note.ts';
import { fitMessages } from './transcript.ts';

export interface HttpCrmOptions {
  target: Target;
  contactPath: string;
  notePath: string;
  fields: InteractionFields;
}

/** In characters of JSON. */
const MOST_TRANSCRIPT = 60_000;

/**
 * Any system that accepts two JSON requests: contacts, identified by their address, and notes, identified by
 * `Idempotency-Key`. The service does not read from it; the system should keep the later of two contacts.
 */
export function createHttpCrm({ target, contactPath, notePath, fields }: HttpCrmOptions): Crm {
  return {
    hasNoteFields: true,

    async saveContact({ email, isLead: _, ...person }, interaction, signal) {
      const properties = changesTo({}, {}, interaction, fields);
      const body = { email, ...person, properties };
      await target.request({ method: 'POST', path: contactPath, body, answer: 'any', signal });
      return email ?? person.phone ?? '';
    },

    async saveNote(contact, { key, at, messages, ...note }, signal) {
      const { head, omitted, tail } = fitMessages(
        messages,
        MOST_TRANSCRIPT,
        (message) => JSON.stringify(message).length,
      );
      await target.request({
        method: 'POST',
        path: notePath,
        headers: { 'idempotency-key': key },
        body: {
          type: ACTIVITY,
          contact: contact.includes('@') ? { email: contact } : { phone: contact },
          at: new Date(at).toISOString(),
          ...note,
          transcript: [...head, ...tail],
          omitted,
        },
        answer: 'any',
        signal,
      });
    },
  };
}
