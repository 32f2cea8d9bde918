import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readConfig } from '@switchboard/service';
import { crmSyncConfig } from './config.ts';
import { connectionOfVariables } from './connection-of-variables.ts';

const open = (variables: Record<string, string>): string => {
  const { kind, url, auth } = connectionOfVariables(readConfig(crmSyncConfig, variables)) ?? {};
  return `${kind} ${url} ${auth?.kind}`;
};

describe('the configuration', () => {
  it('must say what the chosen CRM needs, and nothing for the others', () => {
    assert.throws(() => open({ CRM: 'hubspot', SALESFORCE_URL: 'https://a.example' }), {
      name: 'ConfigError',
      message: /HUBSPOT_URL is not set, and CRM=hubspot needs it: such as(.|\n)*HUBSPOT_TOKEN/,
    });
    assert.throws(() => open({ CRM: 'http' }), { message: /HTTP_URL is not set/ });
    assert.throws(() => open({ CRM: 'salesforce', SALESFORCE_URL: 'https://a.example' }), { message: /CLIENT_ID/ });
    assert.throws(() => open({}), { message: /CRM is not set/ });
  });

  it('chooses the CRM and how to sign in', () => {
    const salesforce = { CRM: 'salesforce', SALESFORCE_URL: 'https://a.example', SALESFORCE_CLIENT_ID: 'id' };
    assert.equal(
      open({ ...salesforce, SALESFORCE_CLIENT_SECRET: 's' }),
      'salesforce https://a.example client-credentials',
    );
    assert.equal(
      open({ ...salesforce, SALESFORCE_PRIVATE_KEY: 'k', SALESFORCE_USERNAME: 'u' }),
      'salesforce https://a.example jwt-bearer',
    );
    assert.equal(open({ CRM: 'http', HTTP_URL: 'https://b.example' }), 'http https://b.example undefined');
  });

  it('takes no field name that would change a query', () => {
    assert.throws(() => open({ CRM: 'http', HTTP_URL: 'https://b.example', FIELD_NOTE_KEY: 'Id FROM User--' }), {
      message: /FIELD_NOTE_KEY/,
    });
  });
});
