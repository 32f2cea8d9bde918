import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { PermanentError } from '@switchboard/consumer';
import { testStack } from '@switchboard/stack/test-stack';
import { createLetterService, type LetterService } from '../fixtures/letter-service.ts';
import { waitForOutcomes } from './outcomes.ts';

const TOPIC = 'chat.conversations';

async function wait(service: LetterService, entities: readonly string[], timeoutMs: number) {
  const { brokers, redisUrl } = testStack();
  const lines: string[] = [];
  const isDone = await waitForOutcomes({
    ...{ topic: TOPIC, entities: new Set(entities), services: [service.name], timeoutMs },
    since: Date.now() - 60_000,
    variables: { KAFKA_BROKERS: brokers, REDIS_URL: redisUrl },
    say: (line) => lines.push(line),
  });
  return { isDone, text: lines.join('\n') };
}

describe('send --wait', () => {
  it('says what the service did with each event, and the reason if it did nothing', async () => {
    await using service = await createLetterService(TOPIC);
    const [one, two] = [`conv-${randomUUID()}`, `conv-${randomUUID()}`];
    service.fails = ({ conversationId }, context) => {
      if (conversationId === two) context.skip('not_opted_in');
    };
    await service.start();
    for (const key of [one, two]) await service.send(key, 1);
    const { isDone, text } = await wait(service, [one, two], 60_000);
    assert.equal(isDone, true, text);
    assert.match(text, new RegExp(`^${one}-1 +${service.name} +done$`, 'm'));
    assert.match(text, new RegExp(`^${two}-1 +${service.name} +done +nothing to do: not_opted_in$`, 'm'));
    assert.match(text, new RegExp(`^${service.name}: 2 done$`, 'm'));
  });

  it('fails for a dead letter, with its code', async () => {
    await using service = await createLetterService(TOPIC);
    const key = `conv-${randomUUID()}`;
    service.fails = () => {
      throw new PermanentError('REFUSED', 'no');
    };
    await service.start();
    await service.send(key, 1);
    const { isDone, text } = await wait(service, [key], 60_000);
    assert.equal(isDone, false);
    assert.match(text, /dead +letter \d+-\d+, REFUSED: no$/m);
  });

  it('fails, and ends, for what is still open, not in Kafka, or cannot be asked for', async () => {
    await using service = await createLetterService(TOPIC);
    const key = `conv-${randomUUID()}`;
    await (await service.start()).stop();
    await service.send(key, 1);
    const { isDone, text } = await wait(service, [key, 'conv-that-was-never-sent'], 3_000);
    assert.equal(isDone, false);
    assert.match(text, new RegExp(`^${service.name}: 1 (pending|unread)$`, 'm'));
    assert.match(text, /^1 of the events are not in Kafka after 3 s\.$/m);
    assert.match(text, /^Not all of it is done after 3 s: /m);
    const lines: string[] = [];
    const away = { topic: TOPIC, entities: new Set([key]), services: [service.name], since: Date.now() };
    const variables = { KAFKA_BROKERS: '127.0.0.1:1', REDIS_URL: 'redis://127.0.0.1:1' };
    assert.equal(
      await waitForOutcomes({ ...away, timeoutMs: 60_000, variables, say: (line) => lines.push(line) }),
      false,
    );
    assert.match(lines.join('\n'), /127\.0\.0\.1:1/);
  });
});
