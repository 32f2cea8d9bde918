import type { Target } from '@switchboard/outbound';
import type { Connection } from '@switchboard/systems';
import { createFreshdesk } from './freshdesk.ts';
import type { FieldNames, Helpdesk } from './helpdesk.ts';
import { createHttpHelpdesk } from './http.ts';
import { createJira } from './jira.ts';
import type { FORMATS, helpdeskKinds } from './kinds.ts';
import { createZendesk } from './zendesk.ts';

/** A hundred comments of the largest size. */
export const MAX_RESPONSE_BYTES = 16 * 1_048_576;

/** Opens the helpdesk of a connection. */
export function openHelpdesk({ kind, url: baseUrl, settings }: Connection, target: Target, lagMs: number): Helpdesk {
  const fields: FieldNames = {
    conversation_id: settings.conversationIdField,
    escalation_reason: settings.escalationReasonField,
    ai_confidence: settings.aiConfidenceField,
    session_duration: settings.sessionDurationField,
  };
  switch (kind as keyof typeof helpdeskKinds.helpdesk) {
    case 'zendesk':
      return createZendesk({ target, baseUrl, fields, lagMs });
    case 'freshdesk':
      return createFreshdesk({ target, baseUrl, fields, lagMs });
    case 'jira': {
      const { project = '', issueType = 'Task', priorities = 'High,Medium' } = settings;
      const [high, normal] = priorities === 'none' ? [] : priorities.split(',');
      return createJira({
        ...{ target, baseUrl, project, issueType, fields, lagMs },
        priorities: { high: high?.trim(), normal: normal?.trim() },
      });
    }
    case 'http': {
      const { ticketPath: tickets = '/tickets', lookupPath: lookup, commentPath: comments, format = 'text' } = settings;
      return createHttpHelpdesk({
        target,
        paths: { tickets, lookup, comments },
        format: format as (typeof FORMATS)[number],
        fields: namedLikeOurs(fields),
        lagMs,
      });
    }
  }
}

/** A helpdesk without names of its own gets ours. */
const namedLikeOurs = (fields: FieldNames): FieldNames =>
  Object.fromEntries(Object.entries(fields).map(([ours, theirs]) => [ours, theirs ?? ours]));
