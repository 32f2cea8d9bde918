import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { services } from '@switchboard/deploy/services';
import { createPublisher } from '@switchboard/kafka';
import { createLogger } from '@switchboard/service';
import { until } from '@switchboard/stack/until';
import { type Installation, startInstallation } from '../flow/installation.ts';
import { isFullSize } from '../size.ts';
import { hastenedRules } from './hastened-rules.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';
import { startTraffic, type Traffic } from './traffic.ts';
import { escalation } from './troubled-load.ts';

const shippedSources = new URL('../../local/sources.yaml', import.meta.url).pathname;
let switchboard: Installation;
let prometheus: Prometheus;
let traffic: Traffic;
let directory: string;
let sourcesFile: string;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'switchboard-alerts-'));
  sourcesFile = join(directory, 'sources.yaml');
  await copyFile(shippedSources, sourcesFile);
  switchboard = await startInstallation({ RETRY_DELAYS: '1s,2s,4s', SOURCES_FILE: sourcesFile });
  const targets = services.map(({ name }) => new URL(switchboard.urlOf(name)).host);
  prometheus = await startPrometheus(targets, hastenedRules());
  traffic = startTraffic(switchboard);
  // The one minute that stands for the rules' hour, plus their offset.
  await until(
    'there is a baseline to compare with',
    async () => {
      const [scrapes] = await prometheus.query('min(count_over_time(up[75s]))');
      return Number(scrapes?.value[1]) > 70;
    },
    240_000,
  );
});
after(async () => {
  await traffic?.stop();
  await prometheus?.[Symbol.asyncDispose]();
  await switchboard?.[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

interface Failure {
  /** The alerts that must fire. Only those in `maybe`, which follow if the failure lasts, may also fire. */
  readonly fires: readonly string[];
  readonly maybe?: readonly string[];
  /** Alerts left over from earlier failures. */
  readonly still?: readonly string[];
  cause(): Promise<unknown>;
  heal(): Promise<unknown>;
}

async function drive({ fires, maybe = [], still = [], cause, heal }: Failure): Promise<void> {
  const quiet = (): Promise<true> =>
    until('only leftover alerts fire', async () => (await prometheus.firing()).join() === [...still].join());
  await quiet();
  const fired = new Set<string>();
  const look = async (): Promise<void> => {
    for (const alert of await prometheus.firing()) fired.add(alert);
  };
  await cause();
  try {
    await until(`${fires.join(' and ')} fires; so far: ${[...fired].join()}`, async () => {
      await look();
      return fires.every((alert) => fired.has(alert));
    });
  } finally {
    await heal();
  }
  await look();
  const expected = new Set([...fires, ...maybe, ...still]);
  assert.deepEqual(
    [...fired].filter((alert) => !expected.has(alert)),
    [],
    'nothing else fires',
  );
}

/** An event waits in memory for an outside system for up to 30 s, which is long where a minute is a second. */
const WAITING = 'ConsumerWithoutCommits';

const fault = (what: Record<string, unknown>) => () => switchboard.fault(what);
const cured = () => fetch(`${switchboard.urlOf('sandbox')}/faults`, { method: 'DELETE' });

it('nothing fires while everything works', async () => {
  for (let looks = 0; looks < 10; looks += 1) {
    assert.deepEqual(await prometheus.firing(), []);
    await sleep(1_000);
  }
});

/** `npm test` runs one failure of each kind: webhooks, outside systems, dead letters. */
const atFullSize: typeof it = isFullSize ? it : ((() => {}) as unknown as typeof it);

atFullSize('a source that stops sending', () =>
  drive({
    fires: ['ReceiveRateDrop'],
    maybe: ['ReceiveRateSpike'],
    cause: async () => traffic.muteShop(true),
    heal: async () => traffic.muteShop(false),
  }),
);

atFullSize('a source that sends far more than usual', () =>
  drive({
    fires: ['ReceiveRateSpike'],
    async cause() {
      for (let second = 0; second < 12; second += 1) {
        await switchboard.send(Array.from({ length: 40 }, () => escalation()));
        await sleep(900);
      }
    },
    heal: async () => {},
  }),
);

it('wrong signatures', () =>
  drive({
    fires: ['SignatureFailures'],
    cause: async () => traffic.forge(1 / 3),
    heal: async () => traffic.forge(0),
  }));

atFullSize('an unreadable sources file', () =>
  drive({
    fires: ['SourcesNotReloaded'],
    cause: () => writeFile(sourcesFile, 'sources: 7\n'),
    heal: () => copyFile(shippedSources, sourcesFile),
  }),
);

it('an outside system that is down', () =>
  drive({
    fires: ['OutsideDown'],
    async cause() {
      await switchboard.fault({ system: 'hubspot', status: 500 });
      // All at once: the breaker opens before the first retry.
      await switchboard.send(Array.from({ length: 20 }, () => escalation()));
    },
    maybe: ['ReceiveRateSpike', WAITING],
    heal: cured,
  }));

atFullSize('rejected credentials', () =>
  drive({ fires: ['CredentialsRefused'], cause: fault({ system: 'zendesk', status: 401 }), heal: cured }),
);

atFullSize('a slow outside system', () =>
  drive({
    fires: ['OutsideSlow'],
    cause: fault({ system: 'zendesk', method: 'POST', latencyMs: 7_000 }),
    heal: cured,
  }),
);

atFullSize('an outside system that fails occasionally', () =>
  drive({
    fires: ['RetryRateHigh'],
    cause: fault({ system: 'hubspot', path: 'notes', status: 500, rate: 0.7 }),
    maybe: ['DeadLetters'],
    heal: cured,
  }),
);

atFullSize('a Redis outage', () =>
  drive({
    fires: ['ConsumerPaused', 'RepeatsNotRecognised'],
    cause: () => switchboard.stack.redis.stop(),
    heal: () => switchboard.stack.redis.start(),
  }),
);

atFullSize('a Kafka outage', () =>
  drive({
    fires: ['EventsNotStored'],
    cause: () => Promise.all(switchboard.stack.kafka.map((broker) => broker.pause())),
    heal: () => Promise.all(switchboard.stack.kafka.map((broker) => broker.resume())),
  }),
);

atFullSize('a hung service', () => {
  const notifier = switchboard.processOf('notifier');
  return drive({
    fires: ['ServiceDown', 'ServiceGone'],
    cause: async () => process.kill(notifier, 'SIGSTOP'),
    heal: async () => process.kill(notifier, 'SIGCONT'),
  });
});

it('an invalid record', () =>
  drive({
    fires: ['DeadLetters'],
    maybe: [WAITING],
    async cause() {
      const logger = createLogger('test', 'silent');
      const { brokers } = switchboard.stack;
      const publisher = await createPublisher({ brokers, clientId: 'test', logger, deadlineMs: 30_000 });
      await publisher.publish({
        topic: 'chat.conversations',
        key: 'local:broken',
        value: Buffer.from('{}'),
        headers: {},
      });
      await publisher.close();
    },
    heal: async () => {},
  }));

atFullSize('an outside system that rejects requests', () =>
  drive({
    still: ['DeadLetters'],
    fires: ['ProcessingSuccessLow'],
    cause: fault({ system: 'zendesk', method: 'POST', status: 422 }),
    heal: cured,
  }),
);
