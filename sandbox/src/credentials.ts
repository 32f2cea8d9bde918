/** The credentials that the sandbox accepts. They are made up and work nowhere else. */
export const credentials = {
  hubspot: { token: 'local-hubspot-token' },
  salesforce: {
    clientId: 'local-salesforce-client-id',
    clientSecret: 'local-salesforce-client-secret',
    /** The subject of the JWT in the JWT bearer flow. */
    username: 'integration@sandbox.example',
  },
  zendesk: { email: 'agent@sandbox.example', token: 'local-zendesk-token' },
  freshdesk: { apiKey: 'local-freshdesk-key' },
  jira: { email: 'agent@sandbox.example', token: 'local-jira-token' },
  helpdesk: { apiKey: 'local-helpdesk-key' },
  slack: {
    token: 'local-slack-token',
    /** The id of the channel `#support-agents`. Ids of other channels are derived from their names. */
    agentsChannel: 'C0SANDBOX1',
    /** The id of the channel `#alerts`. */
    alertsChannel: 'C0SANDBOX2',
  },
  chat: { apiKey: 'local-chat-key' },
  /** What the bot of the chat page signs with when it calls actions, and sends to ingest. */
  bot: { secret: 'local-secret' },
  /** What the bot reads context variables with. */
  context: { apiKey: 'sb_local_636861742d706167652d72656164732d636f6e7465787421_340bb708' },
  /** What flows call actions with. */
  actions: { apiKey: 'sb_local_666c6f77732d63616c6c2d616374696f6e732d6b65792121_d72ec958' },
  embeddings: { apiKey: 'local-embeddings-key' },
  shop: { token: 'local-shop-token' },
  /** Checked only when a client logs in. */
  smtp: { user: 'local-smtp-user', password: 'local-smtp-password' },
} as const;
