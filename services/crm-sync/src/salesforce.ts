import { PermanentError } from '@switchboard/consumer';
import { bodyOf, OutboundError, type OutboundRequest, type OutboundResponse, type Target } from '@switchboard/outbound';
import Type from 'typebox';
import Value from 'typebox/value';
import { type Crm, changesTo, type InteractionFields, keyOfPerson, type Person } from './crm.ts';
import { ACTIVITY } from './note.ts';
import { noteText } from './note-content.ts';

export interface SalesforceOptions {
  target: Target;
  /** `v62.0` */
  version: string;
  fields: InteractionFields;
  /** The external id fields of contacts and tasks. */
  contactKey: string;
  noteKey: string;
  /** What a lead is, if the person is no contact. */
  leadObject: 'Contact' | 'Lead';
}

const Found = Type.Object({
  records: Type.Array(Type.Intersect([Type.Object({ Id: Type.String() }), Type.Record(Type.String(), Type.Unknown())])),
});
const Saved = Type.Object({ id: Type.String({ minLength: 1 }) });
const Errors = Type.Array(Type.Object({ errorCode: Type.String({ pattern: '^[A-Z_]+$' }) }));

/** The maximum length of a task's description. */
const MOST_DESCRIPTION = 32_000;
/** The maximum length of its e-mail fields. */
const LONGEST_ADDRESS = 80;

/** A lead must have a company. */
const NO_COMPANY = '[not provided]';

/** Errors with 400 or 403 that a retry can solve: concurrent writes, or the organisation's daily limit of calls. */
const PASSING: Readonly<Record<string, 'when-available' | undefined>> = {
  UNABLE_TO_LOCK_ROW: undefined,
  DUPLICATE_VALUE: undefined,
  REQUEST_LIMIT_EXCEEDED: 'when-available',
};

export function createSalesforce(options: SalesforceOptions): Crm {
  const { target, version, fields, contactKey, noteKey, leadObject } = options;
  const data = `/services/data/${version}`;

  async function ask(request: OutboundRequest): Promise<OutboundResponse> {
    const answer = await target.request({ ...request, accept: [300, 400, 403] });
    const { status, body } = answer;
    if (status < 300) return answer;
    if (status === 300)
      throw new PermanentError('AMBIGUOUS_KEY', `${target.name}: several records have one external id`);
    const code = Value.Check(Errors, body) ? (body[0]?.errorCode ?? 'REJECTED') : 'REJECTED';
    if (!Object.hasOwn(PASSING, code)) {
      const error = new PermanentError(code, `${target.name} refuses a request (${status} ${code})`);
      throw target.refusal(request, status) ?? error;
    }
    const message = `${target.name} cannot take a request now (${status} ${code})`;
    throw new OutboundError('RETRYABLE_STATUS', message, { target: target.name, status, retry: PASSING[code] });
  }

  async function find(object: 'Contact' | 'Lead', person: Person, names: readonly string[], signal: AbortSignal) {
    const isPerson =
      person.email === undefined
        ? [`Phone = ${quoted(person.phone)}`, `${contactKey} = ${quoted(keyOfPerson(person))}`]
        : [`Email = ${quoted(person.email)}`];
    for (const is of isPerson) {
      const where = object === 'Lead' ? `${is} AND IsConverted != true` : is;
      const q = `SELECT Id, ${names.join(', ')} FROM ${object} WHERE ${where} ORDER BY CreatedDate LIMIT 1`;
      const answer = await ask({ method: 'GET', path: `${data}/query`, query: { q }, signal });
      const [record] = bodyOf(Found, answer, target).records;
      if (record !== undefined) return record;
    }
    return undefined;
  }

  return {
    longestAddress: LONGEST_ADDRESS,

    async addToNote(key, line, signal) {
      const q = `SELECT Id, Description FROM Task WHERE ${noteKey} = ${quoted(key)} LIMIT 1`;
      const answer = await ask({ method: 'GET', path: `${data}/query`, query: { q }, signal });
      const [known] = bodyOf(Found, answer, target).records;
      if (known === undefined) return false;
      const text = String(known.Description ?? '');
      if (text.split('\n').includes(line)) return true;
      const Description = `${text}\n\n${line}`;
      if (Description.length > MOST_DESCRIPTION) return false;
      const path = `${data}/sobjects/Task/${encodeURIComponent(known.Id)}`;
      await ask({ method: 'PATCH', path, body: { Description }, signal });
      return true;
    },

    async saveContact(person, interaction, signal) {
      let object: 'Contact' | 'Lead' = 'Contact';
      let wanted: Readonly<Record<string, string | undefined>> = fieldsOf(person);
      const names = (): string[] => [...Object.keys(wanted), fields.lastInteraction, fields.resolutionStatus];
      let known = await find(object, person, names(), signal);
      if (known === undefined && person.isLead && leadObject === 'Lead') {
        object = 'Lead';
        wanted = { ...wanted, Company: person.company ?? NO_COMPANY };
        known = await find(object, person, names(), signal);
      }
      const body = changesTo(heldBy(known ?? {}, wanted), wanted, interaction, fields);
      if (known !== undefined) {
        const path = `${data}/sobjects/${object}/${encodeURIComponent(known.Id)}`;
        if (Object.keys(body).length > 0) await ask({ method: 'PATCH', path, body, signal });
        return known.Id;
      }
      // Uses the external id, so that two concurrent requests create one contact.
      const path = `${data}/sobjects/${object}/${contactKey}/${encodeURIComponent(keyOfPerson(person))}`;
      return bodyOf(Saved, await ask({ method: 'PATCH', path, body, signal }), target).id;
    },

    async saveNote(contact, note, signal) {
      const body = {
        WhoId: contact,
        Subject: `${ACTIVITY}: ${note.title}`,
        Description: noteText(note),
        Status: 'Completed',
        ActivityDate: new Date(note.at).toISOString().slice(0, 10),
      };
      await ask({ method: 'PATCH', path: `${data}/sobjects/Task/${noteKey}/${note.key}`, body, signal });
    },
  };
}

/** A contact must have a last name. It has no field for the company, which would be an account. */
const fieldsOf = ({ email, firstName, lastName, phone, jobTitle }: Person) => ({
  Email: email,
  FirstName: lastName === undefined ? undefined : firstName,
  LastName: lastName ?? firstName ?? email ?? phone,
  Phone: phone,
  Title: jobTitle,
});

/** The values of the contact, without a last name that is only our placeholder. */
function heldBy(
  { LastName, ...others }: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, unknown>> {
  const standsIn = LastName === (wanted.Email ?? wanted.Phone) || (!others.FirstName && LastName === wanted.FirstName);
  return standsIn && LastName !== wanted.LastName ? others : { LastName, ...others };
}

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
