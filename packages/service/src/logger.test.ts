import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createLogger } from './logger.ts';

it('a log line carries ids and no private value, wherever in the first levels it stands', () => {
  const lines: string[] = [];
  const logger = createLogger('canary', 'info', { write: (line: string) => void lines.push(line) });
  const canary = 'canary-value';
  logger.info({ conversationId: 'c-1', email: canary, data: { phone: canary, customer: { name: canary } } }, 'seen');
  logger.info({ request: { headers: { 'x-webhook-signature': canary, authorization: canary } } }, 'refused');
  logger.child({ token: canary }).warn({ list: { transcript: [{ text: canary }] } }, 'odd');
  const output = lines.join('');
  assert.doesNotMatch(output, /canary-value/);
  assert.match(output, /"conversationId":"c-1"/);
  assert.equal(JSON.parse(lines[0] ?? '').service, 'canary');
});
