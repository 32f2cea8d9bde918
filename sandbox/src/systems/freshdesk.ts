import { hasBasic } from '../authentication.ts';
import type { Board, CardInput, NoteInput } from '../board.ts';
import { credentials } from '../credentials.ts';
import { type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { plainText } from '../plain-text.ts';
import { type Answer, effect, lookup, Refused, type Route, refuse, type Surroundings, type System } from '../system.ts';
import { createTable } from '../table.ts';
import { PRIORITY_NAMES, type Problem, problemsOf, STATUS_NAMES } from './freshdesk-fields.ts';
import { readQuery, type Term, termKey } from './freshdesk-query.ts';

interface Ticket extends JsonObject {
  id: number;
  subject: string;
  description: string;
  email: string;
  status: number;
  priority: number;
  tags: string[];
  custom_fields: JsonObject;
  conversations: JsonObject[];
  created_at: string;
  updated_at: string;
}

const PAGE = 30;

const invalid = (problems: readonly Problem[]) =>
  new Refused(refuse(400, { description: 'Validation failed', errors: problems }));

const timeNow = (): string => new Date().toISOString();

/** Tickets. The search finds them by custom field and may lag behind. */
export function createFreshdesk(board: Board, { indexLagMs }: Surroundings): System {
  const tickets = createTable<Ticket>({
    email: ({ email }) => [email.toLowerCase()],
    term: (ticket) =>
      Object.entries(ticket.custom_fields).map(([name, value]) => termKey({ name, value: textOf(value) })),
  });
  let lastId = 0;

  const say = (ticket: Ticket, note: NoteInput): void => board.note('ticket', 'freshdesk', String(ticket.id), note);

  const shown = ({ conversations: _conversations, ...ticket }: Ticket): JsonObject => ({
    ...ticket,
    description_text: plainText(ticket.description),
  });

  const create: Route = ({ body }) => {
    const given = objectOf(body);
    const problems = problemsOf(given, true);
    if (problems.length > 0) throw invalid(problems);
    const now = timeNow();
    lastId += 1;
    const ticket: Ticket = {
      ...given,
      id: lastId,
      subject: textOf(given.subject),
      description: textOf(given.description),
      email: textOf(given.email),
      status: Number(given.status),
      priority: Number(given.priority),
      tags: listOf(given.tags).map(textOf),
      custom_fields: objectOf(given.custom_fields),
      conversations: [],
      created_at: now,
      updated_at: now,
    };
    tickets.set(String(lastId), ticket);
    board.put(cardOf(ticket));
    return effect(201, shown(ticket));
  };

  const one = (params: Readonly<Record<string, string>>): Ticket => {
    const ticket = tickets.get(params.id ?? '');
    if (ticket !== undefined) return ticket;
    throw new Refused(refuse(404));
  };

  const update: Route = ({ params, body }) => {
    const known = one(params);
    const given = objectOf(body);
    const problems = problemsOf(given, false);
    if (problems.length > 0) throw invalid(problems);
    const ticket: Ticket = {
      ...known,
      ...given,
      id: known.id,
      custom_fields: { ...known.custom_fields, ...objectOf(given.custom_fields) },
      updated_at: timeNow(),
    };
    tickets.set(String(ticket.id), ticket);
    board.put(cardOf(ticket));
    return effect(200, shown(ticket));
  };

  const converse =
    (isNote: boolean): Route =>
    ({ params, body }) => {
      const known = one(params);
      const { body: html, private: isPrivate = isNote } = objectOf(body);
      if (textOf(html) === '')
        throw invalid([{ field: 'body', message: 'It should be a/an String', code: 'missing_field' }]);
      lastId += 1;
      const now = timeNow();
      const entry = {
        id: lastId,
        body: textOf(html),
        body_text: plainText(textOf(html)),
        ticket_id: known.id,
        private: isPrivate === true,
        created_at: now,
        updated_at: now,
      };
      const ticket = { ...known, conversations: [...known.conversations, entry], updated_at: now };
      tickets.set(String(ticket.id), ticket);
      say(ticket, { html: entry.body });
      return effect(201, entry);
    };

  const search: Route = ({ query }) => {
    const terms = readQuery(query.query ?? '');
    if (terms === undefined) {
      throw invalid([
        { field: 'query', message: 'The query must be in double quotes: "cf_name:\'value\'"', code: 'invalid_value' },
      ]);
    }
    const visible = Date.now() - indexLagMs();
    const holds = (ticket: Ticket, { name, value }: Term): boolean =>
      textOf(ticket.custom_fields[name] ?? ticket[name]) === value || (name === 'tag' && ticket.tags.includes(value));
    const [first] = terms;
    const candidates =
      first?.name.startsWith('cf_') === true ? tickets.find('term', termKey(first)) : [...tickets.all()];
    const found = candidates.filter(
      (ticket) => Date.parse(ticket.created_at) <= visible && terms.every((term) => holds(ticket, term)),
    );
    return lookup({ total: found.length, results: found.slice(0, PAGE).map(shown) });
  };

  /** Lists tickets newest first. Unlike the search, it never lags. */
  const list: Route = ({ query }) => {
    const { email, unique_external_id: externalId, updated_since: since = '' } = query;
    const { per_page: most = String(PAGE), page = '1' } = query;
    const from = since === '' ? 0 : Date.parse(since);
    if (Number.isNaN(from)) {
      throw invalid([
        {
          field: 'updated_since',
          message: 'It should be in the combined date time ISO8601 format',
          code: 'invalid_date',
        },
      ]);
    }
    const found = (email === undefined ? [...tickets.all()] : tickets.find('email', email.toLowerCase()))
      .filter((ticket) => Date.parse(ticket.updated_at) >= from)
      .filter((ticket) => externalId === undefined || textOf(ticket.unique_external_id) === externalId)
      .sort((one, other) => other.created_at.localeCompare(one.created_at) || other.id - one.id);
    const size = Math.min(Number(most) || PAGE, 100);
    const start = (Math.max(Number(page) || 1, 1) - 1) * size;
    return lookup(found.slice(start, start + size).map(shown));
  };

  return {
    name: 'freshdesk',
    routes: {
      'POST /api/v2/tickets': create,
      'GET /api/v2/tickets': list,
      'GET /api/v2/tickets/:id': ({ params }) => lookup(shown(one(params))),
      'PUT /api/v2/tickets/:id': update,
      'POST /api/v2/tickets/:id/notes': converse(true),
      'POST /api/v2/tickets/:id/reply': converse(false),
      'GET /api/v2/tickets/:id/conversations': ({ params }) => lookup(one(params).conversations),
      'GET /api/v2/search/tickets': search,
    },
    authenticate: (headers) => hasBasic(headers, credentials.freshdesk.apiKey, 'X'),
    refusal,
    clear: () => tickets.clear(),
  };
}

function refusal(status: number): Answer {
  if (status === 401)
    return refuse(401, {
      code: 'invalid_credentials',
      message: 'You have to be logged in to perform this action.',
    });
  // Freshdesk sends no body for an unknown path.
  if (status === 404) return refuse(404);
  if (status === 429) return refuse(429, { message: 'You have exceeded the limit of requests per hour' });
  if (status >= 500) return refuse(status, { code: 'internal_error', message: `answered with ${status}` });
  return refuse(status, { description: 'Validation failed', errors: [] });
}

function cardOf(ticket: Ticket): CardInput {
  return {
    kind: 'ticket',
    system: 'freshdesk',
    id: String(ticket.id),
    title: ticket.subject,
    html: ticket.description,
    badges: [PRIORITY_NAMES[ticket.priority] ?? '', STATUS_NAMES[ticket.status] ?? '', ...ticket.tags].filter(Boolean),
    fields: [
      ['requester', ticket.email],
      ...Object.entries(ticket.custom_fields).map(([name, value]): [string, string] => [name, textOf(value)]),
    ],
  };
}
