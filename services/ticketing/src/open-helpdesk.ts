import type { Target, TargetOptions } from '@switchboard/outbound';
import { required } from '@switchboard/service';
import { type TicketingConfig, ticketingConfig } from './config.ts';
import { createFreshdesk } from './freshdesk.ts';
import type { FieldNames, Helpdesk } from './helpdesk.ts';
import { createHttpHelpdesk } from './http.ts';
import { httpAuth } from './http-config.ts';
import { createJira } from './jira.ts';
import { createZendesk } from './zendesk.ts';

export interface HelpdeskContext {
  config: TicketingConfig;
  target(options: Omit<TargetOptions, 'logger' | 'metrics'>): Target;
}

/** A hundred comments of the largest size. */
const maxResponseBytes = 16 * 1_048_576;

/** Opens the helpdesk that the configuration names. @throws ConfigError when a variable that it needs is not set */
export function openHelpdesk({ config, target }: HelpdeskContext): Helpdesk {
  const name = config.HELPDESK;
  const because = `HELPDESK=${name}`;
  const lagMs = config.LOOKUP_LAG_MS;
  const fields: FieldNames = {
    conversation_id: config.FIELD_CONVERSATION_ID,
    escalation_reason: config.FIELD_ESCALATION_REASON,
    ai_confidence: config.FIELD_AI_CONFIDENCE,
    session_duration: config.FIELD_SESSION_DURATION,
  };
  const connect = (baseUrl: string, user: string, password: string): Target =>
    target({ name, baseUrl, auth: { kind: 'basic', user, password }, maxResponseBytes });

  switch (name) {
    case 'zendesk': {
      const set = required(ticketingConfig, config, because, 'ZENDESK_URL', 'ZENDESK_EMAIL', 'ZENDESK_TOKEN');
      return createZendesk({
        target: connect(set.ZENDESK_URL, `${set.ZENDESK_EMAIL}/token`, set.ZENDESK_TOKEN),
        baseUrl: set.ZENDESK_URL,
        fields,
        lagMs,
      });
    }
    case 'freshdesk': {
      const set = required(ticketingConfig, config, because, 'FRESHDESK_URL', 'FRESHDESK_API_KEY');
      const baseUrl = set.FRESHDESK_URL;
      return createFreshdesk({ target: connect(baseUrl, set.FRESHDESK_API_KEY, 'X'), baseUrl, fields, lagMs });
    }
    case 'jira': {
      const set = required(ticketingConfig, config, because, 'JIRA_URL', 'JIRA_EMAIL', 'JIRA_TOKEN', 'JIRA_PROJECT');
      const [high, normal] = config.JIRA_PRIORITIES === 'none' ? [] : config.JIRA_PRIORITIES.split(',');
      return createJira({
        target: connect(set.JIRA_URL, set.JIRA_EMAIL, set.JIRA_TOKEN),
        baseUrl: set.JIRA_URL,
        project: set.JIRA_PROJECT,
        issueType: config.JIRA_ISSUE_TYPE,
        priorities: { high: high?.trim(), normal: normal?.trim() },
        fields,
        lagMs,
      });
    }
    case 'http': {
      const { HELPDESK_HTTP_URL: baseUrl } = required(ticketingConfig, config, because, 'HELPDESK_HTTP_URL');
      return createHttpHelpdesk({
        target: target({ name, baseUrl, auth: httpAuth(config), maxResponseBytes }),
        paths: {
          tickets: config.HELPDESK_HTTP_TICKET_PATH,
          lookup: config.HELPDESK_HTTP_LOOKUP_PATH,
          comments: config.HELPDESK_HTTP_COMMENT_PATH,
        },
        format: config.HELPDESK_HTTP_FORMAT,
        fields: namedLikeOurs(fields),
        lagMs,
      });
    }
  }
}

/** A helpdesk without names of its own gets ours. */
const namedLikeOurs = (fields: FieldNames): FieldNames =>
  Object.fromEntries(Object.entries(fields).map(([ours, theirs]) => [ours, theirs ?? ours]));
