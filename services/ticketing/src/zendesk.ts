import { PermanentError } from '@switchboard/consumer';
import { bodyOf, type Target } from '@switchboard/outbound';
import Type from 'typebox';
import { type FieldNames, type Helpdesk, type Note, namedFields } from './helpdesk.ts';
import { renderHtml } from './html.ts';
import { referenceOf } from './origin.ts';
import { pageUrl } from './ticket-record.ts';
import { fitTranscript } from './transcript.ts';

interface Options {
  target: Pick<Target, 'name' | 'request'>;
  /** The address of its pages. */
  baseUrl: string;
  /** Numeric ids. */
  fields: FieldNames;
  lagMs: number;
}

/** The maximum size of a comment is 64 KiB. */
const COMMENT_BYTES = 65_000;

const Tickets = Type.Object({
  tickets: Type.Array(Type.Object({ id: Type.Integer(), description: Type.Union([Type.String(), Type.Null()]) })),
});
const Comments = Type.Object({ comments: Type.Array(Type.Unknown()) });
const Created = Type.Object({ ticket: Type.Object({ id: Type.Integer() }) });

/** The external id of a ticket is the conversation. Zendesk recognises a repeated create by its idempotency key. */
export function createZendesk({ target, baseUrl, fields, lagMs }: Options): Helpdesk {
  const recordOf = (id: number) => ({ id: String(id), url: pageUrl(baseUrl, `/agent/tickets/${id}`) });

  return {
    name: 'zendesk',
    ticketLagMs: 0,
    commentLagMs: lagMs,
    async findTickets({ conversation }, signal) {
      const query = { external_id: conversation };
      const answer = await target.request({ method: 'GET', path: '/api/v2/tickets.json', query, signal });
      return bodyOf(Tickets, answer, target)
        .tickets.sort((one, other) => other.id - one.id)
        .map(({ id, description }) => ({ ...recordOf(id), reference: description ?? '' }));
    },
    async createTicket(ticket, signal) {
      const { origin, subject, priority, tags } = ticket;
      const { name, email } = origin.requester;
      const answer = await target.request({
        method: 'POST',
        path: '/api/v2/tickets.json',
        headers: { 'Idempotency-Key': origin.event },
        body: {
          ticket: {
            subject,
            comment: commentOf(ticket),
            // Zendesk needs an address for a requester; without one the ticket belongs to the account of the API.
            ...(email !== undefined && { requester: { name, email } }),
            priority,
            tags,
            custom_fields: namedFields(ticket.fields, fields).map(([id, value]) => ({ id: Number(id), value })),
            external_id: origin.conversation,
          },
        },
        signal,
      });
      return recordOf(bodyOf(Created, answer, target).ticket.id);
    },
    async hasComment(ticketId, { event }, signal) {
      const answer = await target.request({
        method: 'GET',
        path: `/api/v2/tickets/${ticketId}/comments.json`,
        query: { sort_order: 'desc' },
        accept: [404],
        signal,
      });
      return answer.status !== 404 && JSON.stringify(bodyOf(Comments, answer, target)).includes(event);
    },
    async addComment(ticketId, note, signal) {
      const { status, body } = await target.request({
        method: 'PUT',
        path: `/api/v2/tickets/${ticketId}.json`,
        body: { ticket: { comment: commentOf(note) } },
        accept: [404, 422],
        signal,
      });
      if (status === 422 && !isClosed(body)) throw new PermanentError('REJECTED', 'zendesk refuses the comment');
      return status < 300;
    },
  };
}

/** Whether the ticket is closed and can never change again. Other refusals have other fields. */
const isClosed = (body: unknown): boolean =>
  (body as { details?: { status?: unknown } } | undefined)?.details?.status !== undefined;

/** Comments are not public: the chatbot's notes about a person are not for that person. */
const commentOf = ({ origin, facts, transcript }: Note) => ({
  html_body: fitTranscript({ facts, reference: referenceOf(origin) }, transcript, {
    render: renderHtml,
    fits: (html) => Buffer.byteLength(html) <= COMMENT_BYTES,
  }),
  public: false,
});
