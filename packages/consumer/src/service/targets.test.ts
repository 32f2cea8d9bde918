import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, it } from 'node:test';
import type { Alert } from '@switchboard/alerts';
import { testStack } from '@switchboard/stack/test-stack';
import Type from 'typebox';
import { openServiceContext } from '../../fixtures/service-context.ts';
import { createAvailability } from '../queues/availability.ts';
import { createTargets } from './targets.ts';

let asked = 0;
let status = 200;
const server = createServer((_, response) => {
  asked += 1;
  response.statusCode = status;
  response.end('{}');
});
before(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
after(() => server.close());

it('an outside system that is down is asked by its probe alone, whose success tells that it is back', async () => {
  const config = Type.Object({});
  await using context = openServiceContext({ name: 'crm-sync', config, variables: {}, stack: testStack() });
  const availability = createAvailability();
  availability.countWith(() => 1);
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const crm = createTargets(context.service, () => {}, availability).target({ name: 'hubspot', baseUrl });
  const signalOf = (probes?: string): AbortSignal => {
    const { signal } = new AbortController();
    availability.attempts(signal, probes);
    return signal;
  };
  const ask = (signal: AbortSignal) => crm.request({ method: 'GET', path: '/', signal });

  availability.failed('hubspot', { why: 'it answers 503', retryAfterMs: 0 });
  const since = Date.now();
  assert.ok(availability.isNothingLeft, 'it is the only one that is known');
  await assert.rejects(ask(signalOf()), { name: 'UnavailableError', target: 'hubspot' });
  assert.equal(asked, 0);
  while (Date.now() <= since) await new Promise((resolve) => setTimeout(resolve, 1));
  await ask(signalOf('hubspot'));
  assert.ok(!availability.isDown('hubspot'));
  await ask(signalOf());
  assert.equal(asked, 2);
});

it('people are alerted when the breaker of an outside system opens', async () => {
  const config = Type.Object({});
  await using context = openServiceContext({ name: 'crm-sync', config, variables: {}, stack: testStack() });
  const alerts: Alert[] = [];
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const crm = createTargets(context.service, (alert) => alerts.push(alert)).target({ name: 'hubspot', baseUrl });
  const ask = () => crm.request({ method: 'GET', path: '/' });

  status = 503;
  await assert.rejects(ask());
  assert.deepEqual(alerts, [], 'one failure is no outage');
  for (let time = 0; time < 30 && alerts.length === 0; time += 1) await assert.rejects(ask());
  assert.deepEqual(alerts, [{ kind: 'outside_down', code: 'BREAKER_OPEN', about: 'hubspot' }]);
  status = 200;
});
