import { ConfigError } from '@switchboard/service';
import type { Kinds, Setting } from '@switchboard/systems';
import { readLeadCondition } from './lead-condition.ts';

/** Used in paths and queries. */
export const FIELD = '^[A-Za-z][A-Za-z0-9_]*$';
export const PATH = '^(/[A-Za-z0-9._-]+)+$';
export const SALESFORCE_VERSION = '^v[0-9]{2,3}\\.0$';

const field = (description: string): Setting => ({ description, pattern: FIELD });
const path = (description: string): Setting => ({ description, pattern: PATH });

const settings: Readonly<Record<string, Setting>> = {
  leadCondition: {
    description: 'which leads are stored, an expression such as event.score >= 50.0',
    check: problemOfCondition,
  },
  neutraliseFormulas: { description: 'whether texts that begin like formulas are made text', oneOf: ['true', 'false'] },
  lastInteractionField: field("the contact's field for the time"),
  resolutionStatusField: field('the field for what came of it'),
  detectedIntentField: field('the field for what the person wanted'),
};
const keys: Readonly<Record<string, Setting>> = {
  contactKeyField: field('the unique field of a contact'),
  noteKeyField: field('the unique field by which a note is known again'),
};

/** The CRMs that a connection may lead to. */
export const crmKinds = {
  crm: {
    hubspot: {
      url: 'https://api.hubapi.com',
      settings: { ...settings, ...keys, objectsPath: path('where its objects are, such as /crm/objects/2026-03') },
    },
    salesforce: {
      authDefaults: { tokenUrl: '/services/oauth2/token', audience: 'https://login.salesforce.com' },
      settings: {
        ...settings,
        ...keys,
        version: { description: 'the API version, v46.0 or later', pattern: SALESFORCE_VERSION },
        leads: { description: 'what a lead becomes if the person is no contact', oneOf: ['contact', 'lead'] },
      },
    },
    http: {
      anonymous: true,
      settings: {
        ...settings,
        contactPath: path('where contacts are posted'),
        notePath: path('where notes are posted'),
      },
    },
  },
} satisfies Kinds;

function problemOfCondition(text: string): string | undefined {
  try {
    readLeadCondition(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.join(', ').replace(/^LEAD_CONDITION /, '');
  }
}
