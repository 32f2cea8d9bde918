import type { Auth, Target, TargetOptions } from '@switchboard/outbound';
import { required } from '@switchboard/service';
import { type CrmSyncConfig, crmSyncConfig } from './config.ts';
import type { Crm } from './crm.ts';
import { withoutFormulas } from './formulas.ts';
import { createHttpCrm } from './http.ts';
import { createHubspot } from './hubspot.ts';
import { createSalesforce } from './salesforce.ts';

export interface CrmContext {
  config: CrmSyncConfig;
  target(options: Omit<TargetOptions, 'logger' | 'metrics'>): Target;
}

/** Opens the CRM that the configuration names. @throws ConfigError when a variable that it needs is not set */
export function openCrm(context: CrmContext): Crm {
  const crm = openNamed(context);
  return context.config.NEUTRALISE_FORMULAS ? withoutFormulas(crm) : crm;
}

function openNamed({ config, target }: CrmContext): Crm {
  const name = config.CRM;
  const named = (lastInteraction: string, resolutionStatus: string, detectedIntent: string) => ({
    lastInteraction: config.FIELD_LAST_INTERACTION ?? lastInteraction,
    resolutionStatus: config.FIELD_RESOLUTION_STATUS ?? resolutionStatus,
    detectedIntent: config.FIELD_DETECTED_INTENT ?? detectedIntent,
  });
  const fields = named('last_chatbot_interaction', 'chatbot_resolution_status', 'chatbot_detected_intent');

  switch (name) {
    case 'hubspot': {
      const set = required(crmSyncConfig, config, 'CRM=hubspot', 'HUBSPOT_URL', 'HUBSPOT_TOKEN');
      return createHubspot({
        target: target({ name, baseUrl: set.HUBSPOT_URL, auth: { kind: 'bearer', token: set.HUBSPOT_TOKEN } }),
        objects: config.HUBSPOT_OBJECTS_PATH,
        fields,
        noteKey: config.FIELD_NOTE_KEY ?? 'switchboard_event',
        contactKey: config.FIELD_CONTACT_KEY ?? 'switchboard_phone',
      });
    }
    case 'salesforce': {
      const { SALESFORCE_URL: baseUrl } = required(crmSyncConfig, config, 'CRM=salesforce', 'SALESFORCE_URL');
      return createSalesforce({
        target: target({ name, baseUrl, auth: salesforceAuth(config, baseUrl) }),
        version: config.SALESFORCE_VERSION,
        fields: named('Last_Chatbot_Interaction__c', 'Chatbot_Resolution_Status__c', 'Chatbot_Detected_Intent__c'),
        contactKey: config.FIELD_CONTACT_KEY ?? 'Chatbot_Email__c',
        noteKey: config.FIELD_NOTE_KEY ?? 'Switchboard_Event__c',
        leadObject: config.SALESFORCE_LEADS === 'lead' ? 'Lead' : 'Contact',
      });
    }
    case 'http': {
      const { HTTP_URL } = required(crmSyncConfig, config, 'CRM=http', 'HTTP_URL');
      const auth: Auth | undefined =
        config.HTTP_TOKEN === undefined ? undefined : { kind: 'bearer', token: config.HTTP_TOKEN };
      return createHttpCrm({
        target: target({ name, baseUrl: HTTP_URL, auth }),
        contactPath: config.HTTP_CONTACT_PATH,
        notePath: config.HTTP_NOTE_PATH,
        fields,
      });
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
