import type { Target } from '@switchboard/outbound';
import { type Crm, changesTo, type InteractionFields } from './crm.ts';
import { ACTIVITY } from './note.ts';

export interface HttpCrmOptions {
  target: Target;
  contactPath: string;
  notePath: string;
  fields: InteractionFields;
}

/**
 * Any system that takes two requests as JSON: contacts, which it knows by their address, and notes, which it knows by
 * `Idempotency-Key`. It is not asked what it holds; of two contacts it should keep the later one.
 */
export function createHttpCrm({ target, contactPath, notePath, fields }: HttpCrmOptions): Crm {
  return {
    hasNoteFields: true,

    async saveContact({ email, ...person }, interaction, signal) {
      const properties = changesTo({}, {}, interaction, fields);
      const body = { email, ...person, properties };
      await target.request({ method: 'POST', path: contactPath, body, answer: 'any', signal });
      return email;
    },

    async saveNote(contact, { key, at, ...note }, signal) {
      await target.request({
        method: 'POST',
        path: notePath,
        headers: { 'idempotency-key': key },
        body: { type: ACTIVITY, contact: { email: contact }, at: new Date(at).toISOString(), ...note },
        answer: 'any',
        signal,
      });
    },
  };
}
