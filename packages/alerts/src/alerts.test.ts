import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import { credentials, type Sandbox, startSandbox } from '@switchboard/sandbox';
import { ConfigError, createLogger, createRedis, readConfig } from '@switchboard/service';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import type { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import { Webhook } from 'standardwebhooks';
import type { Alert } from './alert.ts';
import { alertConfig } from './config.ts';
import { type Alerts, type AlertsOptions, openAlerts } from './open-alerts.ts';

const BURST = 10_000;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const logged: string[] = [];
const logger = createLogger('alerts', 'info', { write: (line) => void logged.push(line) });
let sandbox: Sandbox;
let redis: Redis;
const opened: Alerts[] = [];

before(async () => {
  sandbox = await startSandbox();
  redis = createRedis(testStack().redisUrl, logger);
  await until('Redis answers', async () => (await redis.ping().catch(() => '')) === 'PONG');
});
after(async () => {
  redis.disconnect();
  await sandbox.close();
});
afterEach(async () => {
  for (const alerts of opened.splice(0)) await alerts.close(5_000);
  sandbox.reset();
  logged.length = 0;
});

const toSlack = (): Record<string, string> => ({
  ALERT_SLACK_URL: `${sandbox.url}/slack`,
  ALERT_SLACK_TOKEN: credentials.slack.token,
  ALERT_SLACK_CHANNEL: credentials.slack.alertsChannel,
});

function open(variables: Record<string, string>, more: Partial<AlertsOptions> = {}): Alerts & { metrics: Registry } {
  const metrics = new Registry();
  const config = readConfig(alertConfig, variables);
  const parts = { service: 'ticketing', config, redis, scope: randomUUID(), logger, metrics };
  const alerts = openAlerts({ ...parts, collectMs: 20, firstPauseMs: 20, ...more });
  opened.push(alerts);
  return { ...alerts, metrics };
}

const deadLetter = (index: number): Alert => ({
  kind: 'dead_letter',
  code: index % 10 === 0 ? 'TIMEOUT' : 'REJECTED',
  about: `conversation conv-${index}`,
  event: `e-${index}`,
  message: 'zendesk answered 422 <!channel> & more',
});

const texts = (system: 'slack' | 'webhook' = 'slack'): string[] =>
  sandbox
    .effects(system)
    .filter(({ kind }) => kind === 'effect')
    .map(({ body }) => (body as { text?: string }).text ?? JSON.stringify(body));

const countOf = (text: string): number => Number(/(\d+) in all/.exec(text)?.[1] ?? 1);
const total = (): number => texts().reduce((sum, text) => sum + countOf(text), 0);

describe('a burst of 10,000 dead letters', () => {
  it('is one alert a minute, over all instances of all services', async () => {
    const scope = randomUUID();
    const [one, other] = [open(toSlack(), { scope }), open(toSlack(), { scope, service: 'crm-sync' })];
    for (let index = 0; index < BURST; index += 1) one.raise(deadLetter(index));
    await until('the alert is sent', () => texts().length > 0);
    for (let index = 0; index < BURST; index += 1) other.raise(deadLetter(index));
    await until('the other instance has left its counts in Redis', async () =>
      Boolean(await redis.hget(`alert:${scope}:dead_letter:pool`, 'crm-sync REJECTED')),
    );
    assert.deepEqual(texts(), [
      [
        'Webhook processing failed for conversation conv-0 (and 9999 more)',
        'severity: warning · service: ticketing · code: TIMEOUT · event: e-0',
        'zendesk answered 422 &lt;!channel&gt; &amp; more',
        '10000 in all: ticketing REJECTED: 9000, ticketing TIMEOUT: 1000',
        'Look: npm run ops -- dlq list',
        'Runbook: section DeadLetters of the runbook in docs/ (RUNBOOK_URL makes this a link)',
      ].join('\n'),
    ]);
  });

  it('loses no count to the limit', async () => {
    const scope = randomUUID();
    const variables = { ...toSlack(), ALERT_EVERY_SECONDS: '1' };
    const instances = [open(variables, { scope }), open(variables, { scope }), open(variables, { scope })];
    for (let index = 0; index < BURST; index += 1) (instances[index % 3] as Alerts).raise(deadLetter(index));
    await until('everything is reported', () => total() >= BURST);
    assert.equal(total(), BURST);
    assert.ok(texts().length <= 3, `${texts().length} alerts`);
  });

  it('is one alert of each instance while Redis is down', async () => {
    const down = { eval: () => Promise.reject(new Error('down')) };
    const alerts = open(toSlack(), { redis: down });
    alerts.raise(deadLetter(1));
    await until('the alert is sent', () => texts().length > 0);
    for (let index = 0; index < BURST; index += 1) alerts.raise(deadLetter(index));
    for (const one of opened.splice(0)) await one.close(5_000);
    assert.equal(texts().length, 1);
  });

  it('costs a raised alert less than an event does, however many there are', () => {
    const alerts = open(toSlack());
    const startedAt = performance.now();
    for (let index = 0; index < BURST; index += 1) alerts.raise(deadLetter(index));
    const micros = ((performance.now() - startedAt) * 1_000) / BURST;
    assert.ok(micros < 500, `${micros} µs`);
  });
});

it('different kinds do not wait for each other', async () => {
  const alerts = open(toSlack());
  alerts.raise(deadLetter(1));
  alerts.raise({ kind: 'outside_down', code: 'BREAKER_OPEN', about: 'zendesk' });
  await until('both are sent', () => texts().length === 2);
  assert.ok(texts().some((text) => text.startsWith('zendesk is down: ticketing waits for it')));
});

it('an alert is tried again until Slack takes it, and the failures are counted', async () => {
  const alerts = open(toSlack());
  sandbox.fault('slack', { status: 500, count: 2 });
  alerts.raise(deadLetter(1));
  await until('it is sent', () => texts().length === 1);
  await until('it is counted', async () => {
    const { values } = (await alerts.metrics.getSingleMetric('alerts_deliveries_total')?.get()) ?? { values: [] };
    const counts = Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]));
    return counts.sent === 1 && counts.failed === 2;
  });
});

it('an alert goes by e-mail', async () => {
  const variables = {
    ALERT_SMTP_URL: `smtp://127.0.0.1:${sandbox.smtpPort}`,
    ALERT_EMAIL_FROM: 'Switchboard <alerts@shop.example>',
    ALERT_EMAIL_TO: 'oncall@shop.example, team@shop.example',
  };
  open(variables).raise(deadLetter(7));
  await until('the mail has arrived', () => sandbox.effects('smtp').length > 0);
  const mail = JSON.stringify(sandbox.effects('smtp'));
  assert.match(mail, /\[warning\] Webhook processing failed for conversation conv-7/);
  assert.match(mail, /team@shop\.example/);
});

interface Called {
  body: Record<string, unknown>;
  headers: Record<string, string>;
}

it('an alert goes to a webhook, signed, with a closed set of fields', async () => {
  const variables = {
    ALERT_WEBHOOK_URL: `${sandbox.url}/webhook/secret-path`,
    ALERT_WEBHOOK_SECRET: SECRET,
    RUNBOOK_URL: 'https://wiki.example/runbook',
  };
  open(variables).raise(deadLetter(7));
  await until('it has arrived', () => sandbox.effects('webhook').length > 0);
  const [{ body, headers }] = sandbox.effects('webhook') as unknown as [Called];
  assert.deepEqual(Object.keys(body).sort(), [
    ...['code', 'count', 'id', 'kind', 'message', 'runbook', 'service', 'severity', 'title', 'type'],
  ]);
  assert.equal(body.runbook, 'https://wiki.example/runbook#deadletters');
  const receiver = new Webhook(variables.ALERT_WEBHOOK_SECRET);
  assert.deepEqual(receiver.verify(JSON.stringify(body), { ...headers }), body);
});

it('a destination that fails does not show its secret address in the log', async () => {
  const alerts = open({
    ALERT_WEBHOOK_URL: `${sandbox.url}/webhook/canary-path?key=canary`,
    ALERT_WEBHOOK_SECRET: SECRET,
  });
  sandbox.fault('webhook', { status: 500 });
  alerts.raise(deadLetter(7));
  await until('it is logged', () => logged.some((line) => line.includes('an alert could not be sent')));
  assert.doesNotMatch(logged.join(''), /canary/);
});

it('without a destination, alerts are only counted', async () => {
  const alerts = open({});
  alerts.raise(deadLetter(1));
  const { values } = (await alerts.metrics.getSingleMetric('alerts_raised_total')?.get()) ?? { values: [] };
  assert.deepEqual(
    values.map(({ value }) => value),
    [1],
  );
});

const mistakes: readonly [variables: Record<string, string>, problem: RegExp][] = [
  [{ ALERT_SLACK_TOKEN: 'xoxb-1' }, /ALERT_SLACK_TOKEN and ALERT_SLACK_CHANNEL must be set together/],
  [{ ALERT_SMTP_URL: 'smtp://canary' }, /ALERT_SMTP_URL, ALERT_EMAIL_FROM and ALERT_EMAIL_TO must be set together/],
  [{ ALERT_WEBHOOK_URL: 'http://canary.example' }, /ALERT_WEBHOOK_URL must be an https URL/],
  [{ ALERT_SLACK_WEBHOOK_URL: 'http://canary.example' }, /ALERT_SLACK_WEBHOOK_URL must be an https URL/],
  [{ ALERT_WEBHOOK_SECRET: 'canary' }, /ALERT_WEBHOOK_URL and ALERT_WEBHOOK_SECRET must be set together/],
];
for (const [variables, problem] of mistakes) {
  it(`refuses ${Object.keys(variables)} without what it needs, and quotes no value`, () => {
    assert.throws(
      () => open(variables),
      (error: Error) => error instanceof ConfigError && problem.test(error.message) && !/canary/.test(error.message),
    );
  });
}
