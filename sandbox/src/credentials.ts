/** What the sandbox accepts; made up for it, and of no use anywhere else. */
export const credentials = {
  hubspot: { token: 'local-hubspot-token' },
  salesforce: {
    clientId: 'local-salesforce-client-id',
    clientSecret: 'local-salesforce-client-secret',
    /** The subject of a JWT that is exchanged for a token. */
    username: 'integration@sandbox.example',
  },
  zendesk: { email: 'agent@sandbox.example', token: 'local-zendesk-token' },
  freshdesk: { apiKey: 'local-freshdesk-key' },
  jira: { email: 'agent@sandbox.example', token: 'local-jira-token' },
  slack: {
    token: 'local-slack-token',
    /** The id of the channel `#support-agents`; that of any other is made from its name. */
    agentsChannel: 'C0SANDBOX1',
  },
  chat: { apiKey: 'local-chat-key' },
  embeddings: { apiKey: 'local-embeddings-key' },
  /** Only checked when a client logs in. */
  smtp: { user: 'local-smtp-user', password: 'local-smtp-password' },
} as const;
