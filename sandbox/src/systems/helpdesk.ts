import { hasApiKey } from '../authentication.ts';
import type { Board, CardInput } from '../board.ts';
import { credentials } from '../credentials.ts';
import { isEmail, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { effect, lookup, Refused, type Route, refuse, type Surroundings, type System } from '../system.ts';
import { createTable } from '../table.ts';

interface Comment extends JsonObject {
  body: string;
  public: boolean;
}

interface Ticket extends JsonObject {
  id: number;
  subject: string;
  description: string;
  external_id: string;
  status: string;
  comments: Comment[];
  created_at: string;
}

const PRIORITIES = ['urgent', 'high', 'normal', 'low'];

/** A helpdesk of a customer's own: creates one ticket for one `Idempotency-Key`, and its look-up may lag behind. */
export function createHelpdesk(board: Board, { indexLagMs }: Surroundings): System {
  const tickets = createTable<Ticket>({ external: ({ external_id: id }) => [id] });
  const answered = createTable<{ id: string }>();
  let lastId = 0;

  const shown = ({ comments: _comments, ...ticket }: Ticket): JsonObject => ticket;
  const pageOf = (id: number): string => `https://helpdesk.example.com/tickets/${id}`;

  const create: Route = ({ body, headers }) => {
    const given = objectOf(body);
    const mistake = mistakeIn(given);
    if (mistake !== undefined) throw new Refused(refuse(422, { error: mistake }));
    const key = headers['idempotency-key'];
    const earlier = key === undefined ? undefined : tickets.get(answered.get(key)?.id ?? '');
    if (earlier !== undefined) return lookup(shown(earlier), 200);
    lastId += 1;
    const ticket: Ticket = {
      ...given,
      id: lastId,
      url: pageOf(lastId),
      status: 'open',
      subject: textOf(given.subject),
      description: textOf(given.description),
      external_id: textOf(given.external_id),
      comments: [],
      created_at: new Date().toISOString(),
    };
    tickets.set(String(lastId), ticket);
    if (key !== undefined) answered.set(key, { id: String(lastId) });
    board.put(cardOf(ticket));
    return effect(201, shown(ticket));
  };

  const one = (params: Readonly<Record<string, string>>): Ticket => {
    const ticket = tickets.get(params.id ?? '');
    if (ticket !== undefined) return ticket;
    throw new Refused(refuse(404, { error: 'There is no such ticket.' }));
  };

  const list: Route = ({ query }) => {
    const { external_id: external } = query;
    const visible = Date.now() - indexLagMs();
    const found = (external === undefined ? [...tickets.all()] : tickets.find('external', external)).filter(
      ({ created_at: at }) => Date.parse(at) <= visible,
    );
    return lookup({ tickets: found.map(shown) });
  };

  const comment: Route = ({ params, body, headers }) => {
    const ticket = one(params);
    const given = objectOf(body);
    if (textOf(given.body) === '') throw new Refused(refuse(422, { error: 'body is missing' }));
    const key = `comment ${headers['idempotency-key']}`;
    if (headers['idempotency-key'] !== undefined && answered.get(key) !== undefined) return lookup({}, 200);
    const added = { id: ticket.comments.length + 1, body: textOf(given.body), public: given.public !== false };
    tickets.set(String(ticket.id), { ...ticket, comments: [...ticket.comments, added] });
    answered.set(key, { id: String(ticket.id) });
    board.note('ticket', 'helpdesk', String(ticket.id), { text: added.body });
    return effect(201, added);
  };

  return {
    name: 'helpdesk',
    routes: {
      'POST /tickets': create,
      'GET /tickets': list,
      'GET /tickets/:id': ({ params }) => lookup(shown(one(params))),
      'POST /tickets/:id/comments': comment,
      'GET /tickets/:id/comments': ({ params }) => lookup({ comments: one(params).comments }),
    },
    authenticate: (headers) => hasApiKey(headers, credentials.helpdesk.apiKey),
    refusal: (status) => refuse(status, { error: `answered with ${status}` }),
    clear() {
      tickets.clear();
      answered.clear();
    },
  };
}

function mistakeIn({ subject, description, requester, priority }: JsonObject): string | undefined {
  if (textOf(subject) === '') return 'subject is missing';
  if (textOf(description) === '') return 'description is missing';
  if (!PRIORITIES.includes(textOf(priority))) return `priority must be one of ${PRIORITIES.join(', ')}`;
  const { name, email } = objectOf(requester);
  if (textOf(name) === '') return 'requester.name is missing';
  return email === undefined || isEmail(email) ? undefined : 'requester.email is not an address';
}

function cardOf(ticket: Ticket): CardInput {
  const { name, email } = objectOf(ticket.requester);
  return {
    kind: 'ticket',
    system: 'helpdesk',
    id: String(ticket.id),
    title: ticket.subject,
    text: ticket.description,
    badges: [textOf(ticket.priority), ticket.status, ...listOf(ticket.tags).map(textOf)].filter(Boolean),
    fields: [
      ['requester', [textOf(name), textOf(email)].filter(Boolean).join(' · ')],
      ...Object.entries(objectOf(ticket.custom_fields)).map(([label, value]): [string, string] => [
        label,
        textOf(value),
      ]),
    ],
  };
}
