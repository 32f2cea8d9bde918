import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { ConfigError, readConfig } from '@switchboard/service';
import { consumerConfig } from './config.ts';

const needed = { KAFKA_BROKERS: 'k:9092', SCHEMA_REGISTRY_URL: 'http://r', REDIS_URL: 'redis://r' };

it('docs/deploying.md lists every variable of a consumer service, and docs/operating.md those of alerts, with its default', async () => {
  const docs = new URL('../../../../docs/', import.meta.url);
  const texts = await Promise.all(
    ['deploying.md', 'operating.md'].map((name) => readFile(new URL(name, docs), 'utf8')),
  );
  const listed = new Map(
    [...texts.join('\n').matchAll(/^\| ((?:`[A-Z_]+`,? *)+)\| *([^|]*?) *\|/gm)].flatMap(([, names = '', value = '']) =>
      [...names.matchAll(/[A-Z_]+/g)].map(([name]) => [name, value.replaceAll('`', '')] as const),
    ),
  );
  for (const [name, property] of Object.entries(consumerConfig.properties)) {
    const { default: value = '' } = property as { default?: unknown };
    assert.equal(listed.get(name), String(value), name);
  }
});

describe('RETRY_DELAYS', () => {
  const read = (text: string) => readConfig(consumerConfig, { ...needed, RETRY_DELAYS: text }).RETRY_DELAYS;

  it('are numbers with a unit', () => {
    for (const text of ['5s', '5s,1m,10m', ' 200ms, 1h ']) assert.equal(read(text), text);
    for (const text of ['5', '5 s', '5d', '5s;1m', ',5s', '-5s']) assert.throws(() => read(text), ConfigError, text);
  });
});
