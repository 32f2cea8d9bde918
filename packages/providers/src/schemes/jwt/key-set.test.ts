import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errors, type JSONWebKeySet } from 'jose';
import { keyPair } from '../../../fixtures/key-pair.ts';
import { createKeySet, KeysUnavailable } from './key-set.ts';
import { keyIdOf, publishedKeys } from './local-key.ts';

const { privateKey } = keyPair();
const header = { alg: 'RS256', kid: await keyIdOf(privateKey) };
const unknown = { alg: 'RS256', kid: 'unknown' };
const published = await publishedKeys(privateKey);
const START = 1_700_000_000_000;

/** A vendor whose answers the test decides. */
function vendor(first: JSONWebKeySet | Error) {
  const state = { answer: first, loads: 0 };
  const keys = createKeySet(async () => {
    state.loads += 1;
    await Promise.resolve();
    if (state.answer instanceof Error) throw state.answer;
    return state.answer;
  });
  return { state, keys };
}

describe('the key set', () => {
  it('loads once for many requests at a time, and keeps the keys', async () => {
    const { state, keys } = vendor(published);
    await Promise.all(Array.from({ length: 50 }, () => keys.keyFor(header, START)));
    await keys.keyFor(header, START + 3_000_000);
    assert.equal(state.loads, 1);
    assert.equal(keys.published(header.kid)?.use, 'sig');
  });

  it('waits for a load that takes longer than the ten seconds', async () => {
    const load = Promise.withResolvers<JSONWebKeySet>();
    let loads = 0;
    const keys = createKeySet(() => {
      loads += 1;
      return load.promise;
    });
    const found = [keys.keyFor(header, START), keys.keyFor(header, START + 20_000)];
    load.resolve(published);
    await Promise.all(found);
    assert.equal(loads, 1);
  });

  it('loads at most once in ten seconds for unknown keys', async () => {
    const { state, keys } = vendor(published);
    for (let at = START; at < START + 10_000; at += 100)
      await assert.rejects(keys.keyFor({ ...unknown, kid: `k${at}` }, at), errors.JWKSNoMatchingKey);
    assert.equal(state.loads, 1);
    await assert.rejects(keys.keyFor(unknown, START + 10_000), errors.JWKSNoMatchingKey);
    assert.equal(state.loads, 2);
  });

  it('loads at most once in ten seconds while the vendor is away, and then recovers', async () => {
    const { state, keys } = vendor(new Error('away'));
    for (let at = START; at < START + 10_000; at += 100) await assert.rejects(keys.keyFor(header, at), KeysUnavailable);
    assert.equal(state.loads, 1);
    state.answer = published;
    await keys.keyFor(header, START + 10_000);
  });

  it('finds a new key', async () => {
    const { state, keys } = vendor({ keys: [] });
    await assert.rejects(keys.keyFor(header, START), errors.JWKSNoMatchingKey);
    state.answer = published;
    await keys.keyFor(header, START + 10_000);
  });

  it('uses known keys for a day while the vendor is away, and no unknown ones', async () => {
    const { state, keys } = vendor(published);
    await keys.keyFor(header, START);
    state.answer = new Error('away');
    await keys.keyFor(header, START + 86_400_000);
    await assert.rejects(keys.keyFor(unknown, START + 86_400_000), KeysUnavailable);
    await assert.rejects(keys.keyFor(header, START + 86_400_001), KeysUnavailable);
  });

  it('is unavailable when the answer is no key set', async () => {
    const { keys } = vendor({} as JSONWebKeySet);
    await assert.rejects(keys.keyFor(header, START), KeysUnavailable);
  });
});
