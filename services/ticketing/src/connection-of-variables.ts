import type { Auth } from '@switchboard/outbound';
import { ConfigError, required } from '@switchboard/service';
import type { Connection } from '@switchboard/systems';
import { type TicketingConfig, ticketingConfig } from './config.ts';
import { httpAuth } from './http-config.ts';

/**
 * The connection of tenants that have none of their own.
 * @returns undefined if the variables name no helpdesk, and connections come from files alone
 * @throws ConfigError when a variable that the helpdesk needs is not set
 */
export function connectionOfVariables(config: TicketingConfig): Connection | undefined {
  const kind = config.HELPDESK;
  if (kind === undefined) {
    if (config.CONNECTIONS_FILE !== undefined) return undefined;
    throw new ConfigError(['HELPDESK is not set: where tickets are opened; or set CONNECTIONS_FILE']);
  }
  const because = `HELPDESK=${kind}`;
  const shared = {
    source: config.HELPDESK_SOURCE,
    conversationIdField: config.FIELD_CONVERSATION_ID,
    escalationReasonField: config.FIELD_ESCALATION_REASON,
    aiConfidenceField: config.FIELD_AI_CONFIDENCE,
    sessionDurationField: config.FIELD_SESSION_DURATION,
  };
  const connection = (
    url: string,
    auth: Auth | undefined,
    settings: Record<string, string | undefined> = {},
  ): Connection => ({
    ...{ name: kind, tenant: undefined, role: 'helpdesk', kind, url, auth },
    settings: Object.fromEntries(
      Object.entries({ ...shared, ...settings }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    ),
  });
  const basic = (user: string, password: string): Auth => ({ kind: 'basic', user, password });

  switch (kind) {
    case 'zendesk': {
      const set = required(ticketingConfig, config, because, 'ZENDESK_URL', 'ZENDESK_EMAIL', 'ZENDESK_TOKEN');
      return connection(set.ZENDESK_URL, basic(`${set.ZENDESK_EMAIL}/token`, set.ZENDESK_TOKEN));
    }
    case 'freshdesk': {
      const set = required(ticketingConfig, config, because, 'FRESHDESK_URL', 'FRESHDESK_API_KEY');
      return connection(set.FRESHDESK_URL, basic(set.FRESHDESK_API_KEY, 'X'));
    }
    case 'jira': {
      const set = required(ticketingConfig, config, because, 'JIRA_URL', 'JIRA_EMAIL', 'JIRA_TOKEN', 'JIRA_PROJECT');
      return connection(set.JIRA_URL, basic(set.JIRA_EMAIL, set.JIRA_TOKEN), {
        project: set.JIRA_PROJECT,
        issueType: config.JIRA_ISSUE_TYPE,
        priorities: config.JIRA_PRIORITIES,
      });
    }
    case 'http': {
      const { HELPDESK_HTTP_URL } = required(ticketingConfig, config, because, 'HELPDESK_HTTP_URL');
      return connection(HELPDESK_HTTP_URL, httpAuth(config), {
        ticketPath: config.HELPDESK_HTTP_TICKET_PATH,
        lookupPath: config.HELPDESK_HTTP_LOOKUP_PATH,
        commentPath: config.HELPDESK_HTTP_COMMENT_PATH,
        format: config.HELPDESK_HTTP_FORMAT,
      });
    }
  }
}
