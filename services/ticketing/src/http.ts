import { bodyOf, OutboundError, type Target } from '@switchboard/outbound';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { type FieldNames, type Helpdesk, type Note, namedFields } from './helpdesk.ts';
import { renderHtml } from './html.ts';
import { type Origin, referenceOf } from './origin.ts';
import { renderMarkdown, renderText } from './report-text.ts';
import type { TicketRecord } from './ticket-record.ts';
import { fitTranscript } from './transcript.ts';

export interface HttpHelpdeskOptions {
  target: Pick<Target, 'name' | 'request'>;
  paths: HttpPaths;
  format: keyof typeof RENDER;
  fields: FieldNames;
  lagMs: number;
}

/** Paths under the base URL. `{conversationId}` and `{id}` stand for the ids of the conversation and of the ticket. */
export interface HttpPaths {
  /** Where tickets are created. */
  tickets: string;
  /** What lists the tickets of a conversation. Undefined if the helpdesk has no look-up. */
  lookup: string | undefined;
  /** Where comments are added and listed. Undefined if it takes none. */
  comments: string | undefined;
}

const Id = Type.Union([Type.String({ minLength: 1, maxLength: 256 }), Type.Integer()]);
const Ticket = Type.Object({ id: Id, url: Type.Optional(Type.Unknown()), number: Type.Optional(Type.Unknown()) });
const Tickets = Type.Array(Ticket);

const RENDER = { text: renderText, markdown: renderMarkdown, html: renderHtml } as const;
const DESCRIPTION_BYTES = 65_000;
/** More tickets of one conversation are not looked at. */
const MOST_TICKETS = 20;

/** Any helpdesk that creates a ticket by `POST`. It should create one for each `Idempotency-Key`. */
export function createHttpHelpdesk({ target, paths, format, fields, lagMs }: HttpHelpdeskOptions): Helpdesk {
  const textOf = ({ origin, facts, transcript }: Note): string =>
    fitTranscript({ facts, reference: referenceOf(origin) }, transcript, {
      render: RENDER[format],
      fits: (text) => Buffer.byteLength(text) <= DESCRIPTION_BYTES,
    });
  const commentsOf = (id: string) => pathOf(paths.comments ?? '', { id });

  /** The ticket as text that holds its reference, which a list may leave out. */
  async function detailOf(ticket: Static<typeof Ticket>, origin: Origin, signal: AbortSignal): Promise<string> {
    const listed = JSON.stringify(ticket);
    if (listed.includes(origin.conversation)) return listed;
    const path = `${paths.tickets}/${encodeURIComponent(String(ticket.id))}`;
    const { body } = await target.request({ method: 'GET', path, accept: [404], signal });
    return JSON.stringify(body) ?? '';
  }

  return {
    name: 'http',
    // Without a look-up, waiting makes nothing safer: the idempotency key alone prevents a second ticket.
    ticketLagMs: paths.lookup === undefined ? 0 : lagMs,
    commentLagMs: lagMs,
    takesComments: paths.comments !== undefined,
    async findTickets(origin, signal) {
      if (paths.lookup === undefined) return [];
      const { path, query } = pathOf(paths.lookup, { conversationId: origin.conversationId });
      const answer = await target.request({ method: 'GET', path, query, signal });
      const found = [];
      for (const ticket of ticketsIn(answer.body, target.name).slice(0, MOST_TICKETS)) {
        const reference = await detailOf(ticket, origin, signal);
        // Two tenants may have conversations with the same id.
        if (reference.includes(origin.conversation)) found.push({ ...recordOf(ticket), reference });
      }
      return found.sort((one, other) => other.id.localeCompare(one.id, 'en', { numeric: true }));
    },
    async createTicket(ticket, signal) {
      const { origin, subject, priority, tags } = ticket;
      const answer = await target.request({
        method: 'POST',
        path: paths.tickets,
        headers: { 'Idempotency-Key': origin.event },
        body: {
          subject,
          description: textOf(ticket),
          requester: { name: origin.requester.name, email: origin.requester.email },
          priority,
          tags,
          custom_fields: Object.fromEntries(namedFields(ticket.fields, fields)),
          external_id: origin.conversationId,
        },
        signal,
      });
      return recordOf(bodyOf(Ticket, answer, target));
    },
    async hasComment(ticketId, { event }, signal) {
      const answer = await target.request({ method: 'GET', ...commentsOf(ticketId), accept: [404, 405], signal });
      return (JSON.stringify(answer.body) ?? '').includes(event);
    },
    async addComment(ticketId, note, signal) {
      const { status } = await target.request({
        method: 'POST',
        ...commentsOf(ticketId),
        headers: { 'Idempotency-Key': note.origin.event },
        body: { body: textOf(note), public: false },
        accept: [404],
        signal,
      });
      return status !== 404;
    },
  };
}

const text = (value: unknown): string | undefined =>
  typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : undefined;

const recordOf = ({ id, url, number }: Static<typeof Ticket>): TicketRecord => ({
  id: String(id),
  number: text(number),
  url: URL.canParse(text(url) ?? '') && /^https?:/i.test(String(url)) ? String(url) : undefined,
});

/** The list in an answer: the answer itself, or its only list. */
function ticketsIn(body: unknown, target: string): Static<typeof Tickets> {
  const lists = Array.isArray(body) ? [body] : Object.values(body ?? {}).filter((value) => Array.isArray(value));
  const [list] = lists;
  if (lists.length === 1 && Value.Check(Tickets, list)) return list;
  const message = `${target} does not answer the look-up with a list of tickets that have an id`;
  throw new OutboundError('BAD_RESPONSE', message, { target });
}

/** Splits a path with a query, and fills in its placeholders. */
function pathOf(template: string, values: Readonly<Record<string, string>>) {
  const fill = (part: string, encode: (value: string) => string): string =>
    part.replace(/\{(\w+)\}/g, (all, name: string) => (name in values ? encode(values[name] ?? '') : all));
  const [path = '', query = ''] = template.split('?', 2);
  const params = [...new URLSearchParams(query)].map(([name, value]) => [name, fill(value, (text) => text)]);
  return { path: fill(path, encodeURIComponent), query: Object.fromEntries(params) as Record<string, string> };
}
