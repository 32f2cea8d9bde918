import assert from 'node:assert/strict';
import { it } from 'node:test';
import { effectOf, noteEffect } from './outside-effect.ts';

const cases: readonly [what: string, method: 'POST' | 'GET', body: unknown, expected: object | undefined][] = [
  [
    'Zendesk',
    'POST',
    { ticket: { id: 17, url: 'https://acme.zendesk.com/api/v2/tickets/17.json', subject: 'x' } },
    { id: '17', url: 'https://acme.zendesk.com/api/v2/tickets/17.json' },
  ],
  ['Freshdesk', 'POST', { id: 5, description: 'x' }, { id: '5' }],
  ['HubSpot', 'POST', { id: '9001', properties: { email: 'jane@example.org' } }, { id: '9001' }],
  ['Jira', 'POST', { id: '10', key: 'SUP-1', self: 'https://x/10' }, { id: 'SUP-1', url: 'https://x/10' }],
  ['Slack', 'POST', { ok: true, channel: 'C1', ts: '17.5' }, { id: '17.5' }],
  ['an address as the id', 'POST', { id: 'jane@example.org', url: 'https://x/?mail=j' }, { id: '[e-mail]' }],
  ['a search', 'GET', { id: 5 }, undefined],
  ['no answer', 'POST', undefined, undefined],
  ['a list', 'POST', [{ id: 5 }], undefined],
];

for (const [what, method, body, expected] of cases) {
  it(`${what}: the effect is ${JSON.stringify(expected)}`, () => {
    const { signal } = new AbortController();
    noteEffect('helpdesk', { method, signal }, { status: 200, body });
    assert.deepEqual(effectOf(signal), expected && { system: 'helpdesk', ...expected });
  });
}
