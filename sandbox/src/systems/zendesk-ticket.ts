import { isObject, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { Refused, refuse } from '../system.ts';

export interface Comment {
  id: number;
  body: string;
  html_body?: string;
  public: boolean;
  created_at: string;
}

export interface Ticket extends JsonObject {
  id: number;
  external_id: string | null;
  subject: string | null;
  description: string;
  priority: string | null;
  status: string;
  tags: string[];
  custom_fields: { id: number; value: unknown }[];
  comments: Comment[];
  updated_at: string;
}

const PRIORITIES = ['urgent', 'high', 'normal', 'low'];
const STATUSES = ['new', 'open', 'pending', 'hold', 'solved', 'closed'];

export const invalid = (field: string, error: string, description: string) =>
  new Refused(
    refuse(422, {
      error: 'RecordInvalid',
      description: 'Record validation errors',
      details: { [field]: [{ description: `${field}: ${description}`, error }] },
    }),
  );

/** The ticket in a request. @throws Refused */
export const ticketIn = (body: unknown): JsonObject => {
  const { ticket } = objectOf(body);
  if (isObject(ticket)) return ticket;
  throw new Refused(
    refuse(400, {
      error: { title: 'Invalid attribute', message: 'You passed an invalid value for the ticket attribute.' },
    }),
  );
};

/** The custom fields of a request. @throws Refused */
export function fieldsOf(given: unknown): Ticket['custom_fields'] {
  return listOf(given).map((field) => {
    const { id, value = null } = objectOf(field);
    if (!/^\d+$/.test(textOf(id)))
      throw invalid('custom_fields', 'InvalidValue', 'each needs the numeric id of its field');
    return { id: Number(id), value };
  });
}

/** The fields that both a create and an update may set. @throws Refused */
export function settings(given: JsonObject): Partial<Ticket> {
  const set: Partial<Ticket> = {};
  const { priority, status, tags, subject, external_id: external } = given;
  if (priority !== undefined) {
    if (!PRIORITIES.includes(textOf(priority)))
      throw invalid('priority', 'InvalidValue', `${textOf(priority)} is not recognized`);
    set.priority = textOf(priority);
  }
  if (status !== undefined) {
    if (!STATUSES.includes(textOf(status)))
      throw invalid('status', 'InvalidValue', `${textOf(status)} is not recognized`);
    set.status = textOf(status);
  }
  if (subject !== undefined) set.subject = textOf(subject);
  if (external !== undefined) set.external_id = external === null ? null : textOf(external);
  // Spaces separate tags.
  if (tags !== undefined)
    set.tags = [
      ...new Set(
        listOf(tags)
          .flatMap((tag) => textOf(tag).toLowerCase().split(/\s+/))
          .filter(Boolean),
      ),
    ];
  return set;
}
