import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readConfig } from '@switchboard/service';
import { ticketingConfig } from './config.ts';
import { connectionOfVariables } from './connection-of-variables.ts';

const open = (variables: Record<string, string>) => connectionOfVariables(readConfig(ticketingConfig, variables));

describe('the configuration', () => {
  it('needs a helpdesk', () => {
    assert.throws(() => open({}), {
      problems: ['HELPDESK is not set: where tickets are opened; or set CONNECTIONS_FILE'],
    });
    assert.throws(() => open({ HELPDESK: 'mail' }), /HELPDESK must be one of zendesk, freshdesk, jira, http/);
  });

  it('needs what the chosen helpdesk needs, and says so at once', () => {
    assert.throws(() => open({ HELPDESK: 'jira', ZENDESK_TOKEN: 'x' }), {
      problems: [
        'JIRA_URL is not set, and HELPDESK=jira needs it: such as https://example.atlassian.net',
        'JIRA_EMAIL is not set, and HELPDESK=jira needs it: the account whose API token it is',
        'JIRA_TOKEN is not set, and HELPDESK=jira needs it: an API token of that account',
        'JIRA_PROJECT is not set, and HELPDESK=jira needs it: the key of the project',
      ],
    });
  });

  it('needs nothing of the others', () => {
    const freshdesk = { FRESHDESK_URL: 'https://example.freshdesk.com', FRESHDESK_API_KEY: 'key' };
    assert.equal(open({ HELPDESK: 'freshdesk', ...freshdesk })?.kind, 'freshdesk');
  });

  it('takes the names of two priorities, or none', () => {
    const jira = {
      HELPDESK: 'jira',
      JIRA_URL: 'https://example.atlassian.net',
      JIRA_EMAIL: 'agent@example.com',
      JIRA_TOKEN: 'token',
      JIRA_PROJECT: 'SUP',
    };
    for (const JIRA_PRIORITIES of ['none', 'Hoch, Mittel'])
      assert.equal(open({ ...jira, JIRA_PRIORITIES })?.kind, 'jira');
    assert.throws(() => open({ ...jira, JIRA_PRIORITIES: 'High' }), /JIRA_PRIORITIES/);
  });
});
