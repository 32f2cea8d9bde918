import type { Auth } from '@switchboard/outbound';
import { ConfigError, required } from '@switchboard/service';
import type { Connection } from '@switchboard/systems';
import { type CrmSyncConfig, crmSyncConfig } from './config.ts';

/**
 * The connection of tenants that have none of their own.
 * @returns undefined if the variables name no CRM, and connections come from files alone
 * @throws ConfigError when a variable that the CRM needs is not set
 */
export function connectionOfVariables(config: CrmSyncConfig): Connection | undefined {
  const kind = config.CRM;
  if (kind === undefined) {
    if (config.CONNECTIONS_FILE !== undefined) return undefined;
    throw new ConfigError(['CRM is not set: where contacts and notes go; or set CONNECTIONS_FILE']);
  }
  const fields = {
    lastInteractionField: config.FIELD_LAST_INTERACTION,
    resolutionStatusField: config.FIELD_RESOLUTION_STATUS,
    detectedIntentField: config.FIELD_DETECTED_INTENT,
    contactKeyField: config.FIELD_CONTACT_KEY,
    noteKeyField: config.FIELD_NOTE_KEY,
  };
  const connection = (
    url: string,
    auth: Auth | undefined,
    settings: Record<string, string | undefined>,
  ): Connection => ({
    ...{ name: kind, tenant: undefined, role: 'crm', kind, url, auth },
    settings: Object.fromEntries(
      Object.entries({ ...fields, ...settings }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    ),
  });

  switch (kind) {
    case 'hubspot': {
      const set = required(crmSyncConfig, config, 'CRM=hubspot', 'HUBSPOT_URL', 'HUBSPOT_TOKEN');
      const auth = { kind: 'bearer', token: set.HUBSPOT_TOKEN } as const;
      return connection(set.HUBSPOT_URL, auth, { objectsPath: config.HUBSPOT_OBJECTS_PATH });
    }
    case 'salesforce': {
      const { SALESFORCE_URL: url } = required(crmSyncConfig, config, 'CRM=salesforce', 'SALESFORCE_URL');
      const settings = { version: config.SALESFORCE_VERSION, leads: config.SALESFORCE_LEADS };
      return connection(url, salesforceAuth(config, url), settings);
    }
    case 'http': {
      const { HTTP_URL } = required(crmSyncConfig, config, 'CRM=http', 'HTTP_URL');
      const { HTTP_TOKEN: token } = config;
      const auth = token === undefined ? undefined : ({ kind: 'bearer', token } as const);
      return connection(HTTP_URL, auth, { contactPath: config.HTTP_CONTACT_PATH, notePath: config.HTTP_NOTE_PATH });
    }
  }
}

/** Uses the private key if there is one, otherwise the secret. */
function salesforceAuth(config: CrmSyncConfig, baseUrl: string): Auth {
  const because = 'CRM=salesforce';
  const { SALESFORCE_CLIENT_ID: clientId } = required(crmSyncConfig, config, because, 'SALESFORCE_CLIENT_ID');
  const tokenUrl = `${baseUrl.replace(/\/$/, '')}/services/oauth2/token`;
  if (config.SALESFORCE_PRIVATE_KEY === undefined) {
    const { SALESFORCE_CLIENT_SECRET } = required(crmSyncConfig, config, because, 'SALESFORCE_CLIENT_SECRET');
    return { kind: 'client-credentials', tokenUrl, clientId, clientSecret: SALESFORCE_CLIENT_SECRET };
  }
  return {
    kind: 'jwt-bearer',
    tokenUrl,
    issuer: clientId,
    subject: required(crmSyncConfig, config, because, 'SALESFORCE_USERNAME').SALESFORCE_USERNAME,
    audience: config.SALESFORCE_LOGIN_URL ?? 'https://login.salesforce.com',
    privateKey: config.SALESFORCE_PRIVATE_KEY,
  };
}
