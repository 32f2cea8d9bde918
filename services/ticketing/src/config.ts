import { connectionsConfig } from '@switchboard/systems';
import Type, { type Static } from 'typebox';
import { httpConfig } from './http-config.ts';
import { PRIORITIES, PROJECT } from './kinds.ts';

const optional = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));
const url = (example: string) =>
  Type.Optional(Type.String({ pattern: '^https?://', description: `such as ${example}` }));

export const ticketingConfig = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8082 }),
  HELPDESK: Type.Optional(
    Type.Enum(['zendesk', 'freshdesk', 'jira', 'http'], {
      description: 'where tickets are opened of tenants that have no connection of their own',
    }),
  ),
  ...connectionsConfig.properties,
  HELPDESK_SOURCE: optional("the source of the helpdesk's webhooks, default the name of the helpdesk"),
  ZENDESK_URL: url('https://example.zendesk.com'),
  ZENDESK_EMAIL: optional('the agent whose API token it is'),
  ZENDESK_TOKEN: optional('an API token of that agent'),
  FRESHDESK_URL: url('https://example.freshdesk.com'),
  FRESHDESK_API_KEY: optional("an agent's API key"),
  JIRA_URL: url('https://example.atlassian.net'),
  JIRA_EMAIL: optional('the account whose API token it is'),
  JIRA_TOKEN: optional('an API token of that account'),
  JIRA_PROJECT: Type.Optional(Type.String({ pattern: PROJECT, description: 'the key of the project' })),
  JIRA_ISSUE_TYPE: Type.String({ minLength: 1, default: 'Task', description: 'the name of the issue type' }),
  JIRA_PRIORITIES: Type.String({
    pattern: PRIORITIES,
    default: 'High,Medium',
    description: 'the names of the priorities high and normal, or none if issues have no priority',
  }),
  ...httpConfig,
  FIELD_CONVERSATION_ID: optional("the helpdesk's id or name of the field for the conversation's id"),
  FIELD_ESCALATION_REASON: optional('the field for the reason'),
  FIELD_AI_CONFIDENCE: optional('the field for the confidence, a decimal number'),
  FIELD_SESSION_DURATION: optional('the field for the seconds that the conversation lasted, a number'),
  BOT_LABEL: Type.String({
    minLength: 1,
    maxLength: 40,
    default: 'AI Agent',
    description: 'the chatbot in transcripts',
  }),
  LOOKUP_LAG_MS: Type.Integer({
    minimum: 0,
    maximum: 3_600_000,
    default: 120_000,
    description: 'how long after an unanswered request a look-up is certain to show its effect',
  }),
});

export type TicketingConfig = Static<typeof ticketingConfig>;
