import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Alert } from '@switchboard/alerts';
import { KafkaError } from '@switchboard/kafka';
import { until } from '@switchboard/stack/until';
import { type Consuming, createConsuming } from '../fixtures/consuming.ts';
import { PermanentError, UnavailableError } from './handler.ts';

let consuming: Consuming;
const alerts: Alert[] = [];
let isDown = true;
let isRegistryDown = false;

before(async () => {
  consuming = await createConsuming();
  await consuming.start(
    ({ meta }) => {
      if (meta.id === 'bad') throw new PermanentError('REJECTED', 'zendesk refuses jane.doe@example.org');
      if (isRegistryDown) throw new KafkaError('REGISTRY_UNREACHABLE', 'no answer within 10 s');
      if (isDown) throw new UnavailableError('zendesk');
    },
    { alert: (alert) => alerts.push(alert) },
  );
});
after(() => consuming.close());

it('people are alerted to a dead letter, without personal data', async () => {
  await consuming.write(consuming.event('bad', 'conv-4711'));
  await until('the alert is raised', () => alerts.length > 0);
  const event = alerts[0]?.event ?? '';
  assert.match(event, /bad$/);
  assert.deepEqual(alerts.splice(0), [
    {
      kind: 'dead_letter',
      code: 'REJECTED',
      message: 'zendesk refuses [e-mail]',
      about: 'conversation conv-4711',
      event,
    },
  ]);
});

it('people are alerted once when an outside system is unavailable, not for each probe', async () => {
  await consuming.write(consuming.event('good'));
  await until('the alert is raised', () => alerts.length > 0);
  isDown = false;
  await until('the event has its effect', () => consuming.effects.includes('good'));
  assert.deepEqual(alerts, [
    {
      kind: 'outside_down',
      code: 'OUTSIDE_UNAVAILABLE',
      message: 'zendesk is unavailable',
      about: 'zendesk',
    },
  ]);
});

it('people are alerted once when the service is paused, and not when it goes on', async () => {
  alerts.length = 0;
  isRegistryDown = true;
  await consuming.write(consuming.event('later'));
  await until('the alert is raised', () => alerts.length > 0);
  isRegistryDown = false;
  await until('the event has its effect', () => consuming.effects.includes('later'));
  assert.deepEqual(alerts, [
    {
      kind: 'paused',
      code: 'PAUSED_BY_REGISTRY',
      about: 'the schema registry',
      message: 'no answer within 10 s',
    },
  ]);
});
