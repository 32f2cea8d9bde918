import assert from 'node:assert/strict';
import { it } from 'node:test';
import { checkCredentials, outsideSystems } from './outside-systems.ts';

const sandboxUrl = 'http://127.0.0.1:8090';
const variablesOf = (name: string, environment: Record<string, string>) =>
  outsideSystems(name, {
    sandboxUrl,
    smtpPort: 8025,
    searchUrl: 'http://127.0.0.1:8083',
    actionsUrl: 'http://127.0.0.1:8088',
    contextUrl: 'http://127.0.0.1:8087',
    directory: '/data',
    environment,
  });

for (const [service, url, ...secrets] of [
  ['crm-sync', 'HUBSPOT_URL', 'HUBSPOT_TOKEN'],
  ['ticketing', 'ZENDESK_URL', 'ZENDESK_EMAIL', 'ZENDESK_TOKEN', 'FIELD_CONVERSATION_ID'],
  ['kb-indexer', 'PLATFORM_URL', 'PLATFORM_TOKEN'],
  ['kb-indexer', 'EMBEDDINGS_URL', 'EMBEDDINGS_API_KEY'],
  ['notifier', 'CHAT_URL', 'CHAT_API_KEY'],
  ['notifier', 'SLACK_URL', 'SLACK_TOKEN'],
  ['ingest', 'ALERT_SLACK_URL', 'ALERT_SLACK_TOKEN', 'ALERT_SLACK_CHANNEL'],
  ['actions', 'SHOP_URL', 'SHOP_TOKEN'],
  ['actions', 'ZENDESK_URL', 'ZENDESK_EMAIL', 'ZENDESK_TOKEN'],
] as const) {
  it(`keeps the sandbox's credentials from a real ${url}`, () => {
    for (const secret of secrets) {
      assert.ok(secret in variablesOf(service, {}), secret);
      assert.ok(secret in variablesOf(service, { [url]: `${sandboxUrl}/x` }), secret);
      assert.ok(!(secret in variablesOf(service, { [url]: 'https://example.com' })), secret);
    }
  });
}

it('takes the ids of ticket fields from the sandbox', () => {
  assert.equal(variablesOf('ticketing', {}).FIELD_SESSION_DURATION, '9004');
});

it('names the credentials that a real system needs', () => {
  const problem = /ZENDESK_URL is not the sandbox, so ZENDESK_EMAIL and ZENDESK_TOKEN must be set too/;
  const real = { ZENDESK_URL: 'https://example.zendesk.com' };
  assert.throws(() => checkCredentials(real, sandboxUrl), problem);
  checkCredentials({ ...real, ZENDESK_EMAIL: 'a@example.com', ZENDESK_TOKEN: 't' }, sandboxUrl);
  checkCredentials({ ...real, HELPDESK: 'jira' }, sandboxUrl);
  checkCredentials({}, sandboxUrl);
});
