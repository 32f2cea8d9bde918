import { bodyOf, escapeHtml, OutboundError, type OutboundResponse, type Target } from '@switchboard/outbound';
import Type, { type Static } from 'typebox';
import { type Crm, changesTo, type InteractionFields, keyOfPerson, type Person } from './crm.ts';
import { noteHtml } from './note-content.ts';

export interface HubspotOptions {
  target: Target;
  /** `/crm/v3/objects`, or a dated path. */
  objects: string;
  fields: InteractionFields;
  /** A property of notes with unique values. */
  noteKey: string;
  /** A property of contacts with unique values, for people without an address. */
  contactKey: string;
}

const Batch = Type.Object({
  results: Type.Array(
    Type.Object({
      id: Type.String({ minLength: 1 }),
      properties: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    }),
  ),
  errors: Type.Optional(Type.Array(Type.Object({ category: Type.Optional(Type.String()) }))),
});

type HubspotObject = Static<typeof Batch>['results'][number];

const NOTE_TO_CONTACT = 202;
/** The maximum length of a note. */
const MOST_NOTE = 65_536;

export function createHubspot({ target, objects, fields, noteKey, contactKey }: HubspotOptions): Crm {
  const post = (path: string, body: unknown, signal: AbortSignal): Promise<OutboundResponse> =>
    target.request({ method: 'POST', path: `${objects}/${path}`, body, signal });

  /** Reads by a unique property, since searches lag behind writes. */
  async function find(
    type: 'contacts' | 'notes',
    idProperty: string,
    id: string,
    properties: readonly string[],
    signal: AbortSignal,
  ): Promise<HubspotObject | undefined> {
    const answer = await post(`${type}/batch/read`, { idProperty, inputs: [{ id }], properties }, signal);
    const { results, errors = [] } = bodyOf(Batch, answer, target);
    if (results[0] === undefined && errors.some(({ category }) => category !== 'OBJECT_NOT_FOUND')) {
      throw new OutboundError('BAD_RESPONSE', `${target.name} could not read ${type}`, { target: target.name });
    }
    return results[0];
  }

  /** The oldest contact with the number. The search lags, so that a new contact is known by its unique property. */
  async function findByPhone(
    person: Person,
    properties: readonly string[],
    signal: AbortSignal,
  ): Promise<HubspotObject | undefined> {
    const numbers = [...new Set([person.phone ?? '', keyOfPerson(person)])];
    const filterGroups = numbers.map((value) => ({ filters: [{ propertyName: 'phone', operator: 'EQ', value }] }));
    const sorts = [{ propertyName: 'createdate', direction: 'ASCENDING' }];
    const answer = await post('contacts/search', { filterGroups, properties, sorts, limit: 1 }, signal);
    return bodyOf(Batch, answer, target).results[0];
  }

  return {
    async addToNote(key, line, signal) {
      const known = await find('notes', noteKey, key, ['hs_note_body'], signal);
      if (known === undefined) return false;
      const body = String(known.properties?.hs_note_body ?? '');
      const text = escapeHtml(line);
      if (body.includes(text)) return true;
      const properties = { hs_note_body: `${body}<p>${text}</p>` };
      if (properties.hs_note_body.length > MOST_NOTE) return false;
      await target.request({ method: 'PATCH', path: `${objects}/notes/${known.id}`, body: { properties }, signal });
      return true;
    },

    async saveContact(person, interaction, signal) {
      const wanted = propertiesOf(person);
      const names = [...Object.keys(wanted), fields.lastInteraction, fields.resolutionStatus];
      const [idProperty, id] =
        person.email === undefined ? [contactKey, keyOfPerson(person)] : (['email', person.email] as const);
      const known =
        (await find('contacts', idProperty, id, names, signal)) ??
        (person.email === undefined ? await findByPhone(person, names, signal) : undefined);
      const properties = changesTo(known?.properties ?? {}, wanted, interaction, fields);
      if (known !== undefined && Object.keys(properties).length === 0) return known.id;
      if (known !== undefined && person.email === undefined) {
        const path = `${objects}/contacts/${encodeURIComponent(known.id)}`;
        await target.request({ method: 'PATCH', path, body: { properties }, signal });
        return known.id;
      }
      const inputs = [{ idProperty, id, properties }];
      const { results } = bodyOf(Batch, await post('contacts/batch/upsert', { inputs }, signal), target);
      const [contact] = results;
      if (contact !== undefined) return contact.id;
      throw new OutboundError('BAD_RESPONSE', `${target.name} did not save the contact`, { target: target.name });
    },

    async saveNote(contact, note, signal) {
      const isThere = async (): Promise<boolean> =>
        (await find('notes', noteKey, note.key, [noteKey], signal)) !== undefined;
      if (await isThere()) return;
      const properties = {
        hs_timestamp: new Date(note.at).toISOString(),
        hs_note_body: noteHtml(note),
        [noteKey]: note.key,
      };
      const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: NOTE_TO_CONTACT }];
      try {
        await post('notes', { properties, associations: [{ to: { id: contact }, types }] }, signal);
      } catch (error) {
        // An earlier attempt was still in flight and came first; its value is kept.
        const taken = error instanceof OutboundError && (error.status === 400 || error.status === 409);
        if (!taken || !(await isThere())) throw error;
      }
    },
  };
}

const propertiesOf = ({ email, firstName, lastName, phone, company, jobTitle }: Person) => ({
  email,
  firstname: firstName,
  lastname: lastName,
  phone,
  company,
  jobtitle: jobTitle,
});
