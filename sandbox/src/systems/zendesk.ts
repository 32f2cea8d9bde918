import { hash } from 'node:crypto';
import { hasBasic } from '../authentication.ts';
import type { Board, CardInput } from '../board.ts';
import { credentials } from '../credentials.ts';
import { isEmail, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { plainText } from '../plain-text.ts';
import { type Answer, effect, lookup, Refused, type Route, refuse, type System } from '../system.ts';
import { createTable } from '../table.ts';
import { titleOf, zendeskTicketFields } from './ticket-fields.ts';
import { type Comment, fieldsOf, invalid, settings, type Ticket, ticketIn } from './zendesk-ticket.ts';

const MOST_COMMENT_CHARACTERS = 65_536;
const IDEMPOTENCY_MS = 2 * 3_600_000;

/** Tickets of the Support API. The `.json` at the end of a path is optional. */
export function createZendesk(board: Board): System {
  const tickets = createTable<Ticket>({ external: ({ external_id: id }) => (id === null ? [] : [id]) });
  const answered = createTable<{ at: number; sent: string; ticket: string }>();
  const users = new Map<string, number>();
  let lastId = 0;

  const nextId = (): number => ++lastId;

  function commentOf(given: unknown): Comment {
    const { body, html_body: html, public: isPublic = true } = objectOf(given);
    const text = textOf(body) || plainText(textOf(html));
    if (text.trim() === '') throw invalid('comment', 'BlankValue', 'cannot be blank');
    if (text.length > MOST_COMMENT_CHARACTERS) {
      throw invalid('comment', 'TooLong', `is too long (maximum is ${MOST_COMMENT_CHARACTERS} characters)`);
    }
    return {
      id: nextId(),
      body: text,
      ...(html === undefined ? {} : { html_body: textOf(html) }),
      public: isPublic !== false,
      created_at: new Date().toISOString(),
    };
  }

  function requesterOf(given: unknown): JsonObject | undefined {
    if (given === undefined || given === null) return undefined;
    const { name, email } = objectOf(given);
    if (email !== undefined && !isEmail(email))
      throw invalid('requester', 'InvalidValue', `Email: ${textOf(email)} is not properly formatted`);
    const isKnown = typeof email === 'string' && users.has(email.toLowerCase());
    if (!isKnown && textOf(name).trim() === '')
      throw invalid('requester', 'ValueTooShort', 'Name: is too short (minimum one character)');
    const id = isKnown ? users.get(String(email).toLowerCase()) : nextId();
    if (typeof email === 'string' && id !== undefined) users.set(email.toLowerCase(), id);
    return { id, name: textOf(name), email: email ?? null };
  }

  const shown = ({ comments: _comments, ...ticket }: Ticket): JsonObject => ({
    ...ticket,
    fields: ticket.custom_fields,
  });
  const answerWith = (ticket: Ticket): JsonObject => ({
    ticket: shown(ticket),
    audit: { id: nextId(), ticket_id: ticket.id, created_at: ticket.updated_at, events: [] },
  });

  const create: Route = ({ body, headers }) => {
    const key = headers['idempotency-key'];
    const sent = hash('sha256', JSON.stringify(body));
    const earlier = key === undefined ? undefined : answered.get(key);
    if (key !== undefined && earlier !== undefined && Date.now() - earlier.at < IDEMPOTENCY_MS) {
      if (earlier.sent !== sent) {
        const description = 'Request parameters are different from the previous request with the same idempotency key';
        return refuse(400, { error: 'IdempotentRequestError', description });
      }
      const ticket = tickets.get(earlier.ticket);
      if (ticket !== undefined) {
        return { kind: 'lookup', status: 201, body: answerWith(ticket), headers: { 'x-idempotency-lookup': 'hit' } };
      }
    }
    const given = ticketIn(body);
    const set = settings(given);
    const comment = commentOf(given.comment ?? { body: given.description });
    // Comes last, since a refused ticket must not create its requester.
    const customFields = fieldsOf(given.custom_fields);
    const requester = requesterOf(given.requester);
    const id = nextId();
    const ticket: Ticket = {
      id,
      url: `/api/v2/tickets/${id}.json`,
      external_id: null,
      subject: null,
      description: comment.body,
      priority: null,
      status: 'new',
      tags: [],
      requester_id: requester?.id ?? null,
      requester,
      created_at: comment.created_at,
      updated_at: comment.created_at,
      ...set,
      custom_fields: customFields,
      comments: [comment],
    };
    tickets.set(String(id), ticket);
    if (key !== undefined) answered.set(key, { at: Date.now(), sent, ticket: String(id) });
    board.put(cardOf(ticket));
    const location = { location: `/api/v2/tickets/${id}.json` };
    return effect(
      201,
      answerWith(ticket),
      key === undefined ? location : { ...location, 'x-idempotency-lookup': 'miss' },
    );
  };

  const one = (params: Readonly<Record<string, string>>): Ticket => {
    const ticket = tickets.get((params.id ?? '').replace(/\.json$/, ''));
    if (ticket !== undefined) return ticket;
    throw new Refused(refuse(404, { error: 'RecordNotFound', description: 'Not found' }));
  };

  const update: Route = ({ params, body }) => {
    const known = one(params);
    const given = ticketIn(body);
    const comment = given.comment === undefined ? undefined : commentOf(given.comment);
    const changed = fieldsOf(given.custom_fields);
    const ticket: Ticket = {
      ...known,
      ...settings(given),
      custom_fields: [...known.custom_fields.filter(({ id }) => changed.every((field) => field.id !== id)), ...changed],
      comments: comment === undefined ? known.comments : [...known.comments, comment],
      updated_at: new Date().toISOString(),
    };
    const { additional_tags: added } = given;
    if (added !== undefined) ticket.tags = [...new Set([...ticket.tags, ...listOf(added).map(textOf)])];
    tickets.set(String(ticket.id), ticket);
    board.put(cardOf(ticket));
    if (comment !== undefined) board.note('ticket', 'zendesk', String(ticket.id), { text: comment.body });
    return effect(200, answerWith(ticket));
  };

  const list: Route = ({ query }) => {
    const { external_id: external, per_page: most = '100' } = query;
    const found = external === undefined ? [...tickets.all()] : tickets.find('external', external);
    const page = found.slice(0, Math.min(Number(most) || 100, 100)).map(shown);
    return lookup({ tickets: page, next_page: null, previous_page: null, count: found.length });
  };

  const comments: Route = ({ params }) => {
    const { comments: list } = one(params);
    return lookup({ comments: list, next_page: null, previous_page: null, count: list.length });
  };

  const fields: Route = () => {
    const list = zendeskTicketFields.map((field) => ({ ...field, active: true, removable: true }));
    return lookup({ ticket_fields: list, next_page: null, previous_page: null, count: list.length });
  };

  return {
    name: 'zendesk',
    routes: {
      'GET /api/v2/ticket_fields': fields,
      'GET /api/v2/ticket_fields.json': fields,
      'POST /api/v2/tickets.json': create,
      'POST /api/v2/tickets': create,
      'GET /api/v2/tickets.json': list,
      'GET /api/v2/tickets': list,
      'GET /api/v2/tickets/:id': ({ params }) => lookup({ ticket: shown(one(params)) }),
      'PUT /api/v2/tickets/:id': update,
      'GET /api/v2/tickets/:id/comments': comments,
      'GET /api/v2/tickets/:id/comments.json': comments,
    },
    authenticate: (headers) => hasBasic(headers, `${credentials.zendesk.email}/token`, credentials.zendesk.token),
    refusal,
    clear() {
      tickets.clear();
      answered.clear();
      users.clear();
    },
  };
}

function refusal(status: number): Answer {
  if (status === 401) return refuse(401, { error: "Couldn't authenticate you" });
  if (status === 404) return refuse(404, { error: 'InvalidEndpoint', description: 'Not found' });
  if (status === 422)
    return refuse(422, { error: 'RecordInvalid', description: 'Record validation errors', details: {} });
  if (status === 429) {
    const description = 'Number of allowed API requests per minute exceeded';
    return refuse(429, { error: 'APIRateLimitExceeded', description });
  }
  return refuse(status, {
    error: status < 500 ? 'Invalid' : 'InternalError',
    description: `answered with ${status}`,
  });
}

function cardOf(ticket: Ticket): CardInput {
  const requester = objectOf(ticket.requester);
  return {
    kind: 'ticket',
    system: 'zendesk',
    id: String(ticket.id),
    title: ticket.subject ?? '(no subject)',
    text: ticket.description,
    badges: [ticket.priority ?? '', ticket.status, ...ticket.tags].filter((badge) => badge !== ''),
    fields: [
      ['requester', [textOf(requester.name), textOf(requester.email)].filter(Boolean).join(' · ')],
      ...ticket.custom_fields.map(({ id, value }): [string, string] => [titleOf(id), textOf(value)]),
    ],
  };
}
