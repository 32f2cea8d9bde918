import type { Target, TargetOptions } from '@switchboard/outbound';
import { type Connection, targetOptions } from '@switchboard/systems';
import type { Crm } from './crm.ts';
import { withoutFormulas } from './formulas.ts';
import { createHttpCrm } from './http.ts';
import { createHubspot } from './hubspot.ts';
import type { crmKinds } from './kinds.ts';
import { createSalesforce } from './salesforce.ts';

export type OpenTarget = (
  options: Omit<TargetOptions, 'logger' | 'metrics'> & { readonly tenant?: string | undefined },
) => Target;

/** Opens the CRM of a connection. */
export function openCrm(connection: Connection, target: Target): Crm {
  const { settings } = connection;
  const named = (lastInteraction: string, resolutionStatus: string, detectedIntent: string) => ({
    lastInteraction: settings.lastInteractionField ?? lastInteraction,
    resolutionStatus: settings.resolutionStatusField ?? resolutionStatus,
    detectedIntent: settings.detectedIntentField ?? detectedIntent,
  });
  const fields = named('last_chatbot_interaction', 'chatbot_resolution_status', 'chatbot_detected_intent');

  switch (connection.kind as keyof typeof crmKinds.crm) {
    case 'hubspot':
      return createHubspot({
        target,
        objects: settings.objectsPath ?? '/crm/v3/objects',
        fields,
        noteKey: settings.noteKeyField ?? 'switchboard_event',
        contactKey: settings.contactKeyField ?? 'switchboard_phone',
      });
    case 'salesforce':
      return createSalesforce({
        target,
        version: settings.version ?? 'v62.0',
        fields: named('Last_Chatbot_Interaction__c', 'Chatbot_Resolution_Status__c', 'Chatbot_Detected_Intent__c'),
        contactKey: settings.contactKeyField ?? 'Chatbot_Email__c',
        noteKey: settings.noteKeyField ?? 'Switchboard_Event__c',
        leadObject: settings.leads === 'lead' ? 'Lead' : 'Contact',
      });
    case 'http':
      return createHttpCrm({
        target,
        contactPath: settings.contactPath ?? '/contacts',
        notePath: settings.notePath ?? '/notes',
        fields,
      });
  }
}

/** Opens the CRM with its target. Its texts contain no formulas, unless the connection or else the service says so. */
export function connectCrm(
  connection: Connection,
  { target: open, neutralise }: { target: OpenTarget; neutralise: boolean },
): Crm & { close(): Promise<void> } {
  const target = open(targetOptions(connection));
  const crm = openCrm(connection, target);
  const { neutraliseFormulas = String(neutralise) } = connection.settings;
  return { ...(neutraliseFormulas === 'true' ? withoutFormulas(crm) : crm), close: target.close };
}
