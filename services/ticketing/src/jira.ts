import { bodyOf, type Target } from '@switchboard/outbound';
import Type from 'typebox';
import { type AdfDocument, renderAdf } from './adf.ts';
import { type FieldNames, type Helpdesk, type Note, namedFields } from './helpdesk.ts';
import { referenceOf } from './origin.ts';
import { pageUrl } from './ticket-record.ts';
import { fitTranscript } from './transcript.ts';

interface Options {
  target: Pick<Target, 'name' | 'request'>;
  /** The address of its pages. */
  baseUrl: string;
  project: string;
  issueType: string;
  /** The names differ by site. Undefined if the issue type has no priority. */
  priorities: { high: string | undefined; normal: string | undefined };
  /** Such as `customfield_10042`. */
  fields: FieldNames;
  lagMs: number;
}

const Comments = Type.Object({ comments: Type.Array(Type.Unknown()) });
const Created = Type.Object({ id: Type.String({ minLength: 1 }), key: Type.Optional(Type.String()) });
const Found = Type.Object({
  issues: Type.Array(
    Type.Object({
      id: Type.String({ minLength: 1 }),
      key: Type.Optional(Type.String()),
      properties: Type.Optional(Type.Object({ switchboard: Type.Optional(Type.Object({ event: Type.String() })) })),
    }),
  ),
});

/** The maximum size of a description or a comment. */
const DOCUMENT_LENGTH = 32_767;

/** Jira has no idempotency keys. Issues are found by a label, in a search that lags behind writes. */
export function createJira({ target, baseUrl, project, issueType, priorities, fields, lagMs }: Options): Helpdesk {
  const recordOf = ({ id, key }: { id: string; key?: string }) => ({
    id,
    number: key,
    url: key === undefined ? undefined : pageUrl(baseUrl, `/browse/${encodeURIComponent(key)}`),
  });

  return {
    name: 'jira',
    ticketLagMs: lagMs,
    commentLagMs: lagMs,
    async findTickets({ conversation }, signal) {
      const answer = await target.request({
        method: 'POST',
        path: '/rest/api/3/search/jql',
        body: {
          jql: `project = "${project}" AND labels = "${conversation}" ORDER BY created DESC`,
          fields: ['created'],
          properties: ['switchboard'],
          maxResults: 50,
        },
        signal,
      });
      return bodyOf(Found, answer, target).issues.map((issue) => ({
        ...recordOf(issue),
        reference: issue.properties?.switchboard?.event ?? '',
      }));
    },
    async createTicket(ticket, signal) {
      const { origin, subject, priority, tags } = ticket;
      const priorityName = priorities[priority];
      const answer = await target.request({
        method: 'POST',
        path: '/rest/api/3/issue',
        body: {
          fields: {
            project: { key: project },
            issuetype: { name: issueType },
            summary: subject,
            description: documentOf(ticket),
            labels: [...tags, origin.conversation],
            ...(priorityName !== undefined && { priority: { name: priorityName } }),
            ...Object.fromEntries(namedFields(ticket.fields, fields)),
          },
          properties: [{ key: 'switchboard', value: { event: origin.event } }],
        },
        signal,
      });
      return recordOf(bodyOf(Created, answer, target));
    },
    async hasComment(ticketId, { event }, signal) {
      const answer = await target.request({
        method: 'GET',
        path: `/rest/api/3/issue/${ticketId}/comment`,
        query: { orderBy: '-created', maxResults: '100' },
        accept: [404],
        signal,
      });
      return answer.status !== 404 && JSON.stringify(bodyOf(Comments, answer, target)).includes(event);
    },
    async addComment(ticketId, note, signal) {
      const { status } = await target.request({
        method: 'POST',
        path: `/rest/api/3/issue/${ticketId}/comment`,
        body: { body: documentOf(note) },
        accept: [404],
        signal,
      });
      return status !== 404;
    },
  };
}

const documentOf = ({ origin, facts, transcript }: Note): AdfDocument =>
  fitTranscript({ facts, reference: referenceOf(origin) }, transcript, {
    render: renderAdf,
    fits: (document) => JSON.stringify(document).length <= DOCUMENT_LENGTH,
  });
