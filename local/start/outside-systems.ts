import { credentials } from '@switchboard/sandbox';

/** Where the outside systems are, and the folder for what services keep. */
export interface Places {
  sandboxUrl: string;
  smtpPort: number;
  directory: string;
}

/** What a service is told of the outside: the sandbox, unless the environment names something else. */
export function outsideSystems(name: string, { sandboxUrl, smtpPort, directory }: Places): Record<string, string> {
  const { hubspot, zendesk, slack, chat, embeddings } = credentials;
  const variables: Record<string, Record<string, string>> = {
    'crm-sync': { CRM: 'hubspot', HUBSPOT_URL: `${sandboxUrl}/hubspot`, HUBSPOT_TOKEN: hubspot.token },
    ticketing: {
      HELPDESK: 'zendesk',
      ZENDESK_URL: `${sandboxUrl}/zendesk`,
      ZENDESK_EMAIL: zendesk.email,
      ZENDESK_TOKEN: zendesk.token,
      FIELD_CONVERSATION_ID: '9001',
      FIELD_ESCALATION_REASON: '9002',
      FIELD_AI_CONFIDENCE: '9003',
      FIELD_SESSION_DURATION: '9004',
    },
    'kb-indexer': {
      INDEX: 'embedded,platform',
      PLATFORM_URL: `${sandboxUrl}/chat`,
      PLATFORM_TOKEN: chat.apiKey,
      INDEX_FILE: `${directory}/knowledge.sqlite`,
      EMBEDDINGS_URL: `${sandboxUrl}/embeddings/v1`,
      EMBEDDINGS_API_KEY: embeddings.apiKey,
      EMBEDDINGS_MODEL: 'local',
    },
    notifier: {
      CHAT_URL: `${sandboxUrl}/chat`,
      CHAT_API_KEY: chat.apiKey,
      SLACK_URL: `${sandboxUrl}/slack`,
      SLACK_TOKEN: slack.token,
      SLACK_AGENTS_CHANNEL: slack.agentsChannel,
      SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
      EMAIL_FROM: 'Switchboard <switchboard@sandbox.example>',
      WEBHOOK_ALLOW: '127.0.0.1',
      API_KEYS: 'local=local-notifier-key',
    },
  };
  return variables[name] ?? {};
}
