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
  // The minute that the rules take for an hour, and what they look back beyond it.
  await until(
    'there is something to compare with',
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
  /** The alerts that must fire, and no others but those in `maybe`, which follow where it lasts. */
  readonly fires: readonly string[];
  readonly maybe?: readonly string[];
  /** Those of earlier failures that nobody has cleared away. */
  readonly still?: readonly string[];
  cause(): Promise<unknown>;
  heal(): Promise<unknown>;
}

async function drive({ fires, maybe = [], still = [], cause, heal }: Failure): Promise<void> {
  const quiet = (): Promise<true> =>
    until('nothing fires but what was left', async () => (await prometheus.firing()).join() === [...still].join());
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

const fault = (what: Record<string, unknown>) => () => switchboard.fault(what);
const cured = () => fetch(`${switchboard.urlOf('sandbox')}/faults`, { method: 'DELETE' });

it('nothing fires while all is well', async () => {
  for (let looks = 0; looks < 10; looks += 1) {
    assert.deepEqual(await prometheus.firing(), []);
    await sleep(1_000);
  }
});

/** In `npm test`, one failure of each part: what is sent, what is outside, what is dead. */
const atFullSize: typeof it = isFullSize ? it : ((() => {}) as unknown as typeof it);

atFullSize('a source that falls silent', () =>
  drive({
    fires: ['ReceiveRateDrop'],
    maybe: ['ReceiveRateSpike'],
    cause: async () => traffic.muteShop(true),
    heal: async () => traffic.muteShop(false),
  }),
);

atFullSize('a source that sends far more than ever', () =>
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

it('signatures that are wrong', () =>
  drive({
    fires: ['SignatureFailures'],
    cause: async () => traffic.forge(1 / 3),
    heal: async () => traffic.forge(0),
  }));

atFullSize('a sources file that cannot be read', () =>
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
      // All at once: its breaker opens before the first try is over.
      await switchboard.send(Array.from({ length: 20 }, () => escalation()));
    },
    maybe: ['ReceiveRateSpike'],
    heal: cured,
  }));

atFullSize('credentials that are refused', () =>
  drive({ fires: ['CredentialsRefused'], cause: fault({ system: 'zendesk', status: 401 }), heal: cured }),
);

atFullSize('an outside system that is slow', () =>
  drive({
    fires: ['OutsideSlow'],
    cause: fault({ system: 'zendesk', method: 'POST', latencyMs: 7_000 }),
    heal: cured,
  }),
);

atFullSize('an outside system that fails now and then', () =>
  drive({
    fires: ['RetryRateHigh'],
    cause: fault({ system: 'hubspot', path: 'notes', status: 500, rate: 0.7 }),
    maybe: ['DeadLetters'],
    heal: cured,
  }),
);

atFullSize('a Redis that is gone', () =>
  drive({
    fires: ['ConsumerPaused', 'RepeatsNotRecognised'],
    cause: () => switchboard.stack.redis.stop(),
    heal: () => switchboard.stack.redis.start(),
  }),
);

atFullSize('a Kafka that does not answer', () =>
  drive({
    fires: ['EventsNotStored'],
    cause: () => Promise.all(switchboard.stack.kafka.map((broker) => broker.pause())),
    heal: () => Promise.all(switchboard.stack.kafka.map((broker) => broker.resume())),
  }),
);

atFullSize('a service that hangs', () => {
  const notifier = switchboard.processOf('notifier');
  return drive({
    fires: ['ServiceDown', 'ServiceGone'],
    cause: async () => process.kill(notifier, 'SIGSTOP'),
    heal: async () => process.kill(notifier, 'SIGCONT'),
  });
});

it('a record that is no event', () =>
  drive({
    fires: ['DeadLetters'],
    async cause() {
      const logger = createLogger('test', 'silent');
      const publisher = await createPublisher({ brokers: switchboard.stack.brokers, clientId: 'test', logger });
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

atFullSize('an outside system that rejects what it is sent', () =>
  drive({
    still: ['DeadLetters'],
    fires: ['ProcessingSuccessLow'],
    cause: fault({ system: 'zendesk', method: 'POST', status: 422 }),
    heal: cured,
  }),
);
