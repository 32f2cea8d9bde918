/** The systems' names for people. */
export const SYSTEMS = {
  hubspot: 'HubSpot',
  salesforce: 'Salesforce',
  zendesk: 'Zendesk',
  freshdesk: 'Freshdesk',
  jira: 'Jira',
  helpdesk: 'Helpdesk',
  slack: 'Slack',
  smtp: 'E-mail',
  chat: 'Chat platform',
  embeddings: 'Embeddings',
  shop: 'Shop',
  webhook: 'Webhook',
};

export const nameOf = (system) => SYSTEMS[system] ?? system;
