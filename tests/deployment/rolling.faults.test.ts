import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { readDeployConfig } from '@switchboard/deploy/config';
import { localSourceVariables } from '@switchboard/deploy/local-sources';
import { register } from '@switchboard/deploy/register';
import { startTestKafka } from '@switchboard/stack/test-kafka';
import { until } from '@switchboard/stack/until';
import { size } from '../size.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { startRollingLoad } from './rolling-load.ts';
import { type RollingSink, startRollingSink } from './rolling-sink.ts';

/** A ticket, a message to the agents, a note of the escalation and one of its ticket. */
const EFFECTS = 4;

it('replacing every instance and restarting every broker loses nothing, doubles nothing and resets no connection', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-rolling-'));
  const stack = await startTestKafka({ directory, brokers: 3 });
  const sink = await startRollingSink();
  const fleets: Fleet[] = [];
  t.after(async () => {
    for (const fleet of fleets) await fleet.stop();
    sink.close();
    await stack.stop();
    await rm(directory, { recursive: true, force: true });
  });
  const deploy = readDeployConfig({ LOCAL_DIRECTORY: directory, TOPIC_REPLICATION: '3', TOPIC_PARTITIONS: '4' });
  await register({ brokers: stack.brokers.split(','), registryUrl: { url: stack.registryUrl } }, deploy);
  const shared = {
    KAFKA_BROKERS: stack.brokers,
    SCHEMA_REGISTRY_URL: stack.registryUrl,
    REDIS_URL: stack.redisUrl,
  };
  const services: Readonly<Record<string, Record<string, string>>> = {
    ingest: {
      ...(await localSourceVariables(deploy)),
      SOURCES_FILE: deploy.SOURCES_FILE,
      // Longer than a balancer takes to notice, on a machine that stalls.
      STOP_DELAY_MS: '6000',
    },
    'crm-sync': { CRM: 'http', HTTP_URL: sink.url },
    ticketing: { HELPDESK: 'http', HELPDESK_HTTP_URL: sink.url, HELPDESK_HTTP_AUTH: 'none' },
    notifier: { SLACK_URL: sink.url, SLACK_TOKEN: 'xoxb-local', SLACK_AGENTS_CHANNEL: 'C0123456789' },
  };
  for (const [name, own] of Object.entries(services)) {
    fleets.push(await startFleet(name, { ...shared, ...own }, name === 'ingest' ? 2 : size(1, 2)));
  }
  const load = startRollingLoad(size(10, 300), deploy.LOCAL_SECRET, () => fleets[0]?.endpoints ?? []);
  const ended = (): string[] => fleets.flatMap((fleet) => fleet.ended);
  const progress = async (): Promise<void> => {
    const { length } = load.accepted;
    await until('events are accepted', () => load.accepted.length > length + size(10, 300));
    assert.deepEqual(ended(), [], 'a service ended');
  };

  await progress();
  for (const fleet of fleets) await fleet.roll();
  for (const broker of stack.kafka) {
    await broker.stop();
    await progress();
    await broker.start();
    await progress();
  }
  await load.stop();

  assert.deepEqual(load.broken, []);
  const expected = EFFECTS * load.accepted.length;
  await until('all effects are there', () => sink.effects.size >= expected || ended().length > 0).catch((cause) => {
    throw new Error(`${lacking(load.accepted, sink)}\n${fleets.map(warnings).join('\n')}`, { cause });
  });
  assert.deepEqual(ended(), [], 'a service ended');
  assert.equal(sink.effects.size, expected);
  const repeated = [...sink.effects].filter(([, times]) => times !== 1);
  if (!fleets.some(hasTimedOut)) assert.deepEqual(repeated, [], 'requested twice, and none had timed out');
});

const warnings = ({ name, output }: Fleet): string =>
  [`${name}:`, ...output.split('\n').filter((line) => !line.includes('"level":"info"'))].slice(-30).join('\n');

/** How many events lack an effect, and which effects some of them have. */
function lacking(accepted: readonly string[], { effects }: RollingSink): string {
  const byId = Map.groupBy(effects.keys(), (effect) => effect.split(' ')[1]);
  const few = accepted.map((id) => ({ id, has: byId.get(id) ?? [] })).filter(({ has }) => has.length < EFFECTS);
  return `${few.length} of ${accepted.length} events lack an effect, such as ${JSON.stringify(few.slice(0, 10))}`;
}

/** A request that got no answer in time is repeated with its idempotency key. That happens on a machine that stalls. */
const hasTimedOut = ({ output }: Fleet): boolean => output.includes('no complete answer within');
