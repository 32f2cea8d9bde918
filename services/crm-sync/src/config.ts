import { connectionsConfig } from '@switchboard/systems';
import Type, { type Static } from 'typebox';
import { FIELD, PATH, SALESFORCE_VERSION } from './kinds.ts';

const optional = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));
const url = (description: string) => Type.Optional(Type.String({ pattern: '^https?://', description }));
const path = (description: string, value: string) => Type.String({ pattern: PATH, default: value, description });
const field = (description: string) => Type.Optional(Type.String({ pattern: FIELD, description }));

export const crmSyncConfig = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8081 }),
  CRM: Type.Optional(
    Type.Enum(['hubspot', 'salesforce', 'http'], {
      description: 'where contacts and notes go of tenants that have no connection of their own',
    }),
  ),
  ...connectionsConfig.properties,
  HUBSPOT_URL: url('such as https://api.hubapi.com'),
  HUBSPOT_TOKEN: optional('the access token of a private app'),
  HUBSPOT_OBJECTS_PATH: path('where its objects are, /crm/objects/2026-03 for one', '/crm/v3/objects'),
  SALESFORCE_URL: url('such as https://example.my.salesforce.com'),
  SALESFORCE_VERSION: Type.String({ pattern: SALESFORCE_VERSION, default: 'v62.0', description: 'v46.0 or later' }),
  SALESFORCE_CLIENT_ID: optional('the consumer key of a connected app'),
  SALESFORCE_CLIENT_SECRET: optional('its secret; or a user name and a private key instead'),
  SALESFORCE_USERNAME: optional('who the service acts as, when it signs in by a private key'),
  SALESFORCE_PRIVATE_KEY: optional("the private key, in PEM, of the connected app's certificate"),
  SALESFORCE_LOGIN_URL: url('the audience of the signed token; default https://login.salesforce.com'),
  SALESFORCE_LEADS: Type.Enum(['contact', 'lead'], {
    default: 'contact',
    description: 'the object that a lead becomes when the person is no contact',
  }),
  LEAD_CONDITION: optional('which leads are stored, an expression such as event.score >= 50.0'),
  HTTP_URL: url('the address that contacts and notes are posted under'),
  HTTP_TOKEN: optional('its bearer token'),
  HTTP_CONTACT_PATH: path('where contacts are posted', '/contacts'),
  HTTP_NOTE_PATH: path('where notes are posted', '/notes'),
  NEUTRALISE_FORMULAS: Type.Boolean({
    default: true,
    description: 'whether to put an apostrophe before texts that a spreadsheet would read as formulas',
  }),
  FIELD_LAST_INTERACTION: field("the CRM's name of the contact's field for the time, a date with time"),
  FIELD_RESOLUTION_STATUS: field('the field for what came of it: escalated, resolved or lead_captured'),
  FIELD_DETECTED_INTENT: field('the field for what the person wanted'),
  FIELD_CONTACT_KEY: field(
    'the unique field of a contact: in Salesforce the address or phone number, in HubSpot the phone number',
  ),
  FIELD_NOTE_KEY: field('the unique field, in Salesforce the external id, by which a note is known again'),
});

export type CrmSyncConfig = Static<typeof crmSyncConfig>;
