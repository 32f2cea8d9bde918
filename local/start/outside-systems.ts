import { credentials, zendeskTicketFields } from '@switchboard/sandbox';
import { ConfigError } from '@switchboard/service';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the outside systems are, and the folder for what services keep. */
export interface Places {
  sandboxUrl: string;
  smtpPort: number;
  /** The services that others call: kb-indexer, actions and flows. */
  searchUrl: string;
  actionsUrl: string;
  contextUrl: string;
  directory: string;
  /** What the user has set; default nothing. */
  environment?: Environment;
}

interface System {
  url: string;
  /** Without these, a real system refuses us. */
  needs: readonly string[];
  /** Further variables that are right for the sandbox only. */
  local?: readonly string[];
  /** The variable that selects the system, when there is a choice, and its value. */
  chosenBy?: readonly [variable: string, value: string];
}

const SEARCH_API_KEY = 'local-search-api-key';

const FIELDS = {
  FIELD_CONVERSATION_ID: fieldId('Conversation ID'),
  FIELD_ESCALATION_REASON: fieldId('Escalation reason'),
  FIELD_AI_CONFIDENCE: fieldId('AI confidence'),
  FIELD_SESSION_DURATION: fieldId('Session duration (s)'),
};

const SYSTEMS: readonly System[] = [
  { url: 'HUBSPOT_URL', needs: ['HUBSPOT_TOKEN'], chosenBy: ['CRM', 'hubspot'] },
  {
    url: 'ZENDESK_URL',
    needs: ['ZENDESK_EMAIL', 'ZENDESK_TOKEN'],
    local: Object.keys(FIELDS),
    chosenBy: ['HELPDESK', 'zendesk'],
  },
  { url: 'PLATFORM_URL', needs: ['PLATFORM_TOKEN'] },
  // A local model server needs no key.
  { url: 'EMBEDDINGS_URL', needs: ['EMBEDDINGS_MODEL'], local: ['EMBEDDINGS_API_KEY'] },
  { url: 'CHAT_URL', needs: ['CHAT_API_KEY'] },
  { url: 'SHOP_URL', needs: ['SHOP_TOKEN'] },
  { url: 'SLACK_URL', needs: ['SLACK_TOKEN'], local: ['SLACK_AGENTS_CHANNEL'] },
  { url: 'ALERT_SLACK_URL', needs: ['ALERT_SLACK_TOKEN', 'ALERT_SLACK_CHANNEL'] },
];

/** The systems that the user has pointed away from the sandbox. */
const foreignSystems = (environment: Environment, sandboxUrl: string): readonly System[] =>
  SYSTEMS.filter(({ url }) => {
    const given = environment[url];
    if (given === undefined || given === '') return false;
    return !URL.canParse(given) || new URL(given).origin !== new URL(sandboxUrl).origin;
  });

/** @throws ConfigError naming the credentials that real systems need and the environment lacks */
export function checkCredentials(environment: Environment, sandboxUrl: string): void {
  const problems = foreignSystems(environment, sandboxUrl).flatMap(({ url, needs, chosenBy }) => {
    if (chosenBy !== undefined && (environment[chosenBy[0]] || chosenBy[1]) !== chosenBy[1]) return [];
    const missing = needs.filter((variable) => !environment[variable]);
    return missing.length === 0 ? [] : [`${url} is not the sandbox, so ${missing.join(' and ')} must be set too`];
  });
  if (problems.length > 0) throw new ConfigError(problems);
}

function fieldId(title: (typeof zendeskTicketFields)[number]['title']): string {
  const field = zendeskTicketFields.find((candidate) => candidate.title === title);
  if (field === undefined) throw new Error(`The sandbox has no ticket field "${title}"`);
  return String(field.id);
}

/**
 * The variables that connect a service to the sandbox. A system that the environment points elsewhere gets none of the
 * sandbox's credentials.
 */
export function outsideSystems(name: string, places: Places): Record<string, string> {
  const { sandboxUrl, environment = {} } = places;
  const dropped = new Set(
    foreignSystems(environment, sandboxUrl).flatMap(({ needs, local = [] }) => [...needs, ...local]),
  );
  return Object.fromEntries(Object.entries(sandboxVariables(name, places)).filter(([key]) => !dropped.has(key)));
}

function sandboxVariables(
  name: string,
  { sandboxUrl, smtpPort, searchUrl, actionsUrl, contextUrl, directory }: Places,
): Record<string, string> {
  const { hubspot, zendesk, slack, chat, embeddings, shop, actions, context } = credentials;
  const variables: Record<string, Record<string, string>> = {
    'crm-sync': { CRM: 'hubspot', HUBSPOT_URL: `${sandboxUrl}/hubspot`, HUBSPOT_TOKEN: hubspot.token },
    ticketing: {
      HELPDESK: 'zendesk',
      ZENDESK_URL: `${sandboxUrl}/zendesk`,
      ZENDESK_EMAIL: zendesk.email,
      ZENDESK_TOKEN: zendesk.token,
      ...FIELDS,
    },
    'kb-indexer': {
      INDEX: 'embedded,platform',
      PLATFORM_URL: `${sandboxUrl}/chat`,
      PLATFORM_TOKEN: chat.apiKey,
      INDEX_FILE: `${directory}/knowledge.sqlite`,
      EMBEDDINGS_URL: `${sandboxUrl}/embeddings/v1`,
      EMBEDDINGS_API_KEY: embeddings.apiKey,
      EMBEDDINGS_MODEL: 'local',
      SEARCH_API_KEYS: `*=${SEARCH_API_KEY}`,
    },
    actions: {
      DATABASE_FOLDER: `${directory}/actions`,
      SHOP_URL: `${sandboxUrl}/shop`,
      SHOP_TOKEN: shop.token,
      ZENDESK_URL: `${sandboxUrl}/zendesk`,
      ZENDESK_EMAIL: zendesk.email,
      ZENDESK_TOKEN: zendesk.token,
      SEARCH_URL: searchUrl,
      SEARCH_API_KEY,
      CONTEXT_URL: contextUrl,
      CONTEXT_API_KEYS: `local=${context.apiKey}`,
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
      WEBHOOK_SECRET: 'whsec_bG9jYWwtc2VjcmV0LWxvY2FsLXNlY3JldC0xMjM0',
      API_KEYS: 'local=local-notifier-key',
    },
    flows: {
      DATABASE_FOLDER: `${directory}/flows`,
      ACTIONS_URL: actionsUrl,
      ACTIONS_API_KEY: actions.apiKey,
      CHAT_URL: `${sandboxUrl}/chat`,
      CHAT_API_KEY: chat.apiKey,
    },
  };
  // Actions handles no events.
  const alerts = {
    ALERT_SLACK_URL: `${sandboxUrl}/slack`,
    ALERT_SLACK_TOKEN: slack.token,
    ALERT_SLACK_CHANNEL: slack.alertsChannel,
  };
  return name === 'actions' ? (variables[name] ?? {}) : { ...variables[name], ...alerts };
}
