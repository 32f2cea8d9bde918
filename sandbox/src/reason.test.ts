import assert from 'node:assert/strict';
import { it } from 'node:test';
import { reasonOf } from './reason.ts';

const REASONS: [name: string, status: number, body: unknown, reason: string][] = [
  ['HubSpot', 400, { status: 'error', message: 'Invalid input JSON', correlationId: 'c-1' }, 'Invalid input JSON'],
  ['Salesforce', 404, [{ message: 'Not there', errorCode: 'NOT_FOUND' }], 'Not there'],
  ['Salesforce tokens', 400, { error: 'invalid_client', error_description: 'wrong' }, 'invalid_client · wrong'],
  ['many of Salesforce', 200, [{ success: false, errors: [{ statusCode: 'A', message: 'too large' }] }], 'too large'],
  [
    'Zendesk',
    422,
    { error: 'RecordInvalid', details: { priority: [{ description: 'priority: x', error: 'InvalidValue' }] } },
    'RecordInvalid · priority: x · priority: InvalidValue',
  ],
  [
    'Freshdesk',
    400,
    { description: 'Validation failed', errors: [{ field: 'email', message: 'is wrong', code: 'invalid_value' }] },
    'Validation failed · email: is wrong',
  ],
  ['Jira', 400, { errorMessages: ['no'], errors: { summary: 'is missing' } }, 'no · summary: is missing'],
  ['Slack', 200, { ok: false, error: 'invalid_auth' }, 'invalid_auth'],
  ['the chat platform', 404, { error: { code: 'not_found', message: 'not there' } }, 'not there'],
  ['an answer without a body', 404, undefined, 'Not Found'],
  ['an answer without a message', 503, {}, 'Service Unavailable'],
];
for (const [name, status, body, reason] of REASONS) {
  it(`finds the messages of ${name}`, () => assert.equal(reasonOf({ status, body }), reason));
}
