import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { eventually } from '@switchboard/stack/until';
import { eventOf } from '../fixtures/events.ts';
import { type Scene, setScene } from '../fixtures/scene.ts';
import { startService } from '../fixtures/service.ts';

const JOIN = (version = 1, node = 'then', within = '1h') => `
messages:
  confirmed: { en: 'Order \${key} is confirmed.', de: 'Bestellung \${key} ist bestätigt.' }
flows:
  joined:
    version: ${version}
    all: [payment.confirmed, inventory.reserved]
    correlate: event.orderId
    within: ${within}
    then:
      - node: { name: ${node}, variables: { order: key } }
      - message: confirmed
    otherwise: { node: { name: otherwise, variables: { order: key } } }
    once: key
`;

const payment = (orderId: string, id = `pay-${orderId}`) =>
  eventOf('payment.confirmed', id, { orderId, userId: 'jane' });
const stock = (orderId: string, id = `stock-${orderId}`) => eventOf('inventory.reserved', id, { orderId });

const nodesOf = ({ platform }: Scene): string[] =>
  platform.started.map(({ node, variables }) => `${node} ${variables.order}`);

describe('the service, from Kafka to the platform', () => {
  it('joins two events into a node and a message, once, however often they come', async () => {
    await using scene = await setScene(JOIN());
    await using _service = await startService(scene.options);
    await scene.send(stock('A'), payment('A'), stock('A'), payment('A'), payment('B'));
    await eventually(() => assert.deepEqual(nodesOf(scene), ['then A']));
    await scene.send(payment('A', 'another'), stock('A', 'another'), stock('B'));
    await eventually(() => assert.deepEqual(nodesOf(scene), ['then A', 'then B']));
    await eventually(async () => {
      const messages = (await scene.published('message.requested')) as { userId?: string; texts?: object }[];
      assert.deepEqual(
        messages.map(({ userId, texts }) => [userId, texts]),
        ['A', 'B'].map((order) => [
          'jane',
          { en: `Order ${order} is confirmed.`, de: `Bestellung ${order} ist bestätigt.` },
        ]),
      );
    });
    assert.deepEqual(await scene.deadLetters(), []);
  });

  it('ends what waits too long with its otherwise, also when it was opened before a restart', async () => {
    await using scene = await setScene(JOIN(1, 'then', '2s'));
    let outcomeOfC: string | undefined;
    {
      await using _first = await startService(scene.options);
      await scene.send(payment('A'));
      await eventually(async () => assert.deepEqual(nodesOf(scene), ['otherwise A']));
      await scene.send(payment('B'), stock('C'), payment('C'));
      // On a busy machine its time may be over between its events.
      await eventually(() => {
        outcomeOfC = nodesOf(scene).find((node) => node.endsWith(' C'));
        assert.ok(outcomeOfC !== undefined);
      });
    }
    await using _second = await startService(scene.options);
    const outcomes = ['otherwise A', 'otherwise B', outcomeOfC].toSorted();
    await eventually(() => assert.deepEqual(nodesOf(scene).toSorted(), outcomes));
    await scene.send(stock('A'), stock('B'), payment('D'), stock('D'));
    await eventually(() => assert.ok(nodesOf(scene).some((node) => node.endsWith(' D'))));
    assert.deepEqual(
      nodesOf(scene)
        .filter((node) => !node.endsWith(' D'))
        .toSorted(),
      outcomes,
    );
  });

  it('retries what the platform cannot do now, and dead-letters what it refuses, with the names of flow and node', async () => {
    await using scene = await setScene(JOIN());
    await using _service = await startService(scene.options);
    let failures = 2;
    scene.platform.respond = ({ variables }) => {
      if (variables.order === 'refused') return 422;
      return failures-- > 0 ? 503 : undefined;
    };
    await scene.send(payment('A'), stock('A'));
    await eventually(() => assert.deepEqual(nodesOf(scene), ['then A']));
    await scene.send(payment('refused'), stock('refused'));
    await eventually(async () => {
      const [letter, ...others] = await scene.deadLetters();
      assert.deepEqual([letter?.code, others], ['EFFECT_REFUSED', []]);
      assert.match(letter?.message ?? '', /refuses the node "then" of the flow joined: chat, POST .* was answered 422/);
    });
  });

  it('takes over changed flows while it runs, and keeps the earlier ones when the files are broken', async () => {
    await using scene = await setScene(JOIN());
    await using service = await startService(scene.options);
    const failed = async (): Promise<number | undefined> =>
      (await service.metrics.getSingleMetric('flows_reload_failed')?.get())?.values[0]?.value;
    await scene.send(payment('A'));
    await eventually(async () => {
      const text = await service.metrics.getSingleMetricAsString('flows_waiting_instances');
      assert.match(text, /flow="joined"\} 1/);
    });

    for (const broken of [JOIN(1, 'changed'), JOIN(2).replace('inventory.reserved', 'inventory.reservd'), 'flows: [']) {
      await writeFile(scene.path, broken);
      await eventually(async () => assert.equal(await failed(), 1, broken));
      await writeFile(scene.path, JOIN());
      await eventually(async () => assert.equal(await failed(), 0));
    }
    await writeFile(scene.path, JOIN(1, 'changed'));
    await eventually(async () => assert.equal(await failed(), 1));
    await scene.send(payment('B'), stock('B'));
    await eventually(() => assert.deepEqual(nodesOf(scene), ['then B']));

    await writeFile(scene.path, JOIN(2, 'new'));
    await eventually(async () => assert.equal(await failed(), 0));
    await scene.send(stock('A'), payment('C'), stock('C'));
    await eventually(() => assert.deepEqual(nodesOf(scene).toSorted(), ['new C', 'then A', 'then B']));
  });
});
