import { PermanentError } from '@switchboard/consumer';
import { bodyOf, type Target } from '@switchboard/outbound';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { type FieldNames, type Helpdesk, type Note, namedFields } from './helpdesk.ts';
import { renderHtml } from './html.ts';
import { type Origin, referenceOf } from './origin.ts';
import { pageUrl } from './ticket-record.ts';
import { fitTranscript } from './transcript.ts';

interface Options {
  target: Pick<Target, 'name' | 'request'>;
  /** The address of its pages. */
  baseUrl: string;
  /** Such as `cf_conversation_id`. */
  fields: FieldNames;
  lagMs: number;
}

const Created = Type.Object({ id: Type.Integer() });
const Ticket = Type.Object({
  id: Type.Integer(),
  custom_fields: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
const Tickets = Type.Array(Ticket);
const Results = Type.Object({ results: Tickets });
const Detail = Type.Object({ description_text: Type.Union([Type.String(), Type.Null()]) });
const Conversations = Type.Array(Type.Unknown());
const UnknownContact = Type.Object({
  errors: Type.Tuple([Type.Object({ field: Type.Enum(['email', 'unique_external_id']) })]),
});

const PRIORITY = { normal: 2, high: 3 } as const;
const STATUS_OPEN = 2;
const SOURCE_CHAT = 7;
const DESCRIPTION_BYTES = 65_000;
const PAGE = 100;
/** The maximum size of a note on a ticket. */
const MAX_PAGES = 10;
/** The text that a quoted search accepts. */
const SEARCHABLE = /^[\w .:@/-]{1,200}$/;

/** Freshdesk has no idempotency keys. Tickets are found in the requester's list (exact) and by search (lags). */
export function createFreshdesk({ target, baseUrl, fields, lagMs }: Options): Helpdesk {
  const recordOf = (id: number) => ({ id: String(id), url: pageUrl(baseUrl, `/a/tickets/${id}`) });
  const conversationField = fields.conversation_id ?? 'cf_conversation_id';
  const names: FieldNames = { ...fields, conversation_id: conversationField };

  async function listed({ requester }: Origin, signal: AbortSignal): Promise<Static<typeof Tickets>> {
    const answer = await target.request({
      method: 'GET',
      path: '/api/v2/tickets',
      query: { ...contactOf(requester), per_page: String(PAGE) },
      accept: [400],
      signal,
    });
    if (answer.status !== 400) return bodyOf(Tickets, answer, target);
    if (Value.Check(UnknownContact, answer.body)) return [];
    throw new PermanentError('REJECTED', "freshdesk refuses to list the requester's tickets");
  }

  async function searched({ conversationId }: Origin, signal: AbortSignal): Promise<Static<typeof Tickets>> {
    if (!SEARCHABLE.test(conversationId)) return [];
    const query = { query: `"${conversationField}:'${conversationId}'"` };
    const answer = await target.request({ method: 'GET', path: '/api/v2/search/tickets', query, signal });
    return bodyOf(Results, answer, target).results;
  }

  return {
    name: 'freshdesk',
    ticketLagMs: lagMs,
    commentLagMs: lagMs,
    async findTickets(origin, signal) {
      const candidates = [...(await listed(origin, signal)), ...(await searched(origin, signal))]
        .filter(({ custom_fields = {} }) => custom_fields[conversationField] === origin.conversationId)
        .map(({ id }) => id);
      const found = [];
      for (const id of [...new Set(candidates)].sort((one, other) => other - one)) {
        const answer = await target.request({ method: 'GET', path: `/api/v2/tickets/${id}`, signal });
        const reference = bodyOf(Detail, answer, target).description_text ?? '';
        // Two tenants may have conversations with the same id.
        if (reference.includes(origin.conversation)) found.push({ ...recordOf(id), reference });
      }
      return found;
    },
    async createTicket(ticket, signal) {
      const { subject, priority, tags, origin } = ticket;
      const answer = await target.request({
        method: 'POST',
        path: '/api/v2/tickets',
        body: {
          subject,
          description: htmlOf(ticket),
          name: origin.requester.name,
          ...contactOf(origin.requester),
          status: STATUS_OPEN,
          priority: PRIORITY[priority],
          source: SOURCE_CHAT,
          tags,
          custom_fields: Object.fromEntries(namedFields(ticket.fields, names)),
        },
        signal,
      });
      return recordOf(bodyOf(Created, answer, target).id);
    },
    async hasComment(ticketId, { event }, signal) {
      for (let page = 1; page <= MAX_PAGES; page += 1) {
        const answer = await target.request({
          method: 'GET',
          path: `/api/v2/tickets/${ticketId}/conversations`,
          query: { per_page: String(PAGE), page: String(page) },
          accept: [404],
          signal,
        });
        if (answer.status === 404) return false;
        const conversations = bodyOf(Conversations, answer, target);
        if (JSON.stringify(conversations).includes(event)) return true;
        if (conversations.length < PAGE) return false;
      }
      return false;
    },
    async addComment(ticketId, note, signal) {
      const { status } = await target.request({
        method: 'POST',
        path: `/api/v2/tickets/${ticketId}/notes`,
        body: { body: htmlOf(note), private: true },
        accept: [404],
        signal,
      });
      return status !== 404;
    },
  };
}

/** How Freshdesk identifies people. */
const contactOf = ({ email, externalId }: Origin['requester']) =>
  email === undefined ? { unique_external_id: externalId } : { email };

const htmlOf = ({ origin, facts, transcript }: Note): string =>
  fitTranscript({ facts, reference: referenceOf(origin) }, transcript, {
    render: renderHtml,
    fits: (html) => Buffer.byteLength(html) <= DESCRIPTION_BYTES,
  });
