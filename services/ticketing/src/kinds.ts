import type { Kinds, Setting } from '@switchboard/systems';

const PATH = '^(/[A-Za-z0-9._~{}-]+)+';
export const TICKET_PATH = `${PATH}$`;
export const LOOKUP_PATH = `${PATH}(\\?[^#\\s]+)?$`;
export const PROJECT = '^[A-Z][A-Z0-9_]*$';
export const PRIORITIES = '^(none|[^,]+,[^,]+)$';
export const FORMATS = ['text', 'markdown', 'html'] as const;

const text = (description: string): Setting => ({ description });
const settings: Readonly<Record<string, Setting>> = {
  source: text("the source of the helpdesk's webhooks, default the kind of helpdesk"),
  conversationIdField: text("the helpdesk's id or name of the field for the conversation's id"),
  escalationReasonField: text('the field for the reason'),
  aiConfidenceField: text('the field for the confidence, a decimal number'),
  sessionDurationField: text('the field for the seconds that the conversation lasted, a number'),
  botLabel: { description: 'the chatbot in transcripts, at most 40 characters', pattern: '^.{1,40}$' },
};

/** The helpdesks that a connection may lead to. */
export const helpdeskKinds = {
  helpdesk: {
    zendesk: { settings },
    freshdesk: {
      // The API key is the user.
      authDefaults: { password: 'X' },
      settings,
    },
    jira: {
      settings: {
        ...settings,
        project: { description: 'the key of the project', pattern: PROJECT, required: true },
        issueType: text('the name of the issue type'),
        priorities: { description: 'the names of the priorities high and normal, or none', pattern: PRIORITIES },
      },
    },
    http: {
      anonymous: true,
      settings: {
        ...settings,
        ticketPath: { description: 'where tickets are posted', pattern: TICKET_PATH },
        lookupPath: { description: 'what lists the tickets of a conversation', pattern: LOOKUP_PATH },
        commentPath: { description: 'where comments are added', pattern: TICKET_PATH },
        format: { description: 'how descriptions and comments are written', oneOf: FORMATS },
      },
    },
  },
} satisfies Kinds;
