import type { Mapping, Meaning, Shape } from '../mapping/mapping.ts';
import { platformFields } from './platform-fields.ts';

const envelope = { id: ['body.event_id', 'body.eventId', 'body.id'], at: 'body.timestamp' };
const beside = { entity: 'body.entity_id', person: 'body.sender_id' };

const shapes: readonly Shape[] = [
  { name: 'body.event', data: 'body.data', ...envelope, ...beside },
  { name: 'body.event_type', data: 'body.payload', ...envelope, ...beside },
  // A CMS: the fields of the article next to the action that names the event.
  {
    when: 'has(body.articleId) || body.action in ["published", "updated", "unpublished"]',
    name: 'body.action',
    prefix: 'article.',
    data: 'body',
    id: 'body.event_id',
    at: 'body.timestamp',
  },
];

const RESOLVED = 'conversation.resolved';
const UNRESOLVED = 'conversation.unresolved';

/** A conversation is resolved when its end says so: by a flag, a status, or how it was settled. */
const ended: readonly Meaning[] = [
  ...['data', 'data.metadata'].flatMap((place): Meaning[] => [
    {
      by: ['resolved', 'isResolved', 'status', 'outcome', 'resolutionStatus'].map((name) => `${place}.${name}`),
      is: {
        true: RESOLVED,
        yes: RESOLVED,
        resolved: RESOLVED,
        solved: RESOLVED,
        false: UNRESOLVED,
        no: UNRESOLVED,
        unresolved: UNRESOLVED,
        abandoned: UNRESOLVED,
      },
    },
    { by: [`${place}.resolution`, `${place}.resolvedBy`], is: { '*': RESOLVED } },
  ]),
  { type: UNRESOLVED },
];

/** The platform's own payload. */
export const platformMapping: Mapping = {
  shapes,
  names: {
    new_order: 'order.created',
    'order.canceled': 'order.cancelled',
    order_canceled: 'order.cancelled',
    'conversation.ended': ended,
    conversation_ended: ended,
  },
  fields: platformFields,
  // The version of the sender's format, and what chooses the event's type.
  ignore: [
    'body.schema_version',
    ...['data', 'data.metadata'].flatMap((place) =>
      ['resolved', 'isResolved', 'resolutionStatus'].map((name) => `${place}.${name}`),
    ),
  ],
  spellings: 'any',
};
