import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printablePath } from './printable-path.ts';

test('a path in a message keeps what the API has named, and nothing that somebody else has', () => {
  const paths = {
    '/crm/v3/objects/contacts/batch/upsert': '/crm/v3/objects/contacts/batch/upsert',
    '/crm/objects/2026-03/notes/search': '/crm/objects/2026-03/notes/search',
    '/services/oauth2/token': '/services/oauth2/token',
    '/services/data/v62.0/sobjects/Task/Event__c/4f3a9b': '/services/data/v62.0/sobjects/Task/Event__c/*',
    '/contacts/jane%40example.com/notes': '/contacts/*/notes',
    '/users/+46855501024/jane.doe': '/users/*/*',
    '/api/v2/tickets.json': '/api/v2/tickets.json',
    '/': '/',
  };
  for (const [path, shown] of Object.entries(paths)) assert.equal(printablePath(path), shown);
});
