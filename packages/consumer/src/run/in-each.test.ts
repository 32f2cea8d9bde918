import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLogger } from '@switchboard/service';
import type { HandlerContext } from '../handler.ts';
import { inEach } from './in-each.ts';

const system = (name: string) => ({ connection: { name, tenant: 'acme' } });
const shared = { connection: { name: 'hubspot', tenant: undefined } };

function createContext() {
  const skipped: string[] = [];
  const done = new Set<string>();
  const context: HandlerContext = {
    signal: new AbortController().signal,
    attempt: 1,
    logger: createLogger('test', 'silent'),
    idempotencyKey: 'key',
    skip: (reason) => void skipped.push(reason),
    async step(name, run) {
      if (!done.has(name)) await run();
      done.add(name);
    },
  };
  return { context, skipped };
}

describe('an event whose tenant', () => {
  it('has no connection is skipped', async () => {
    const { context, skipped } = createContext();
    await inEach(context, [], 'no_crm', () => assert.fail());
    assert.deepEqual(skipped, ['no_crm']);
  });

  it('shares the connection of all tenants has the key of the event', async () => {
    const { context } = createContext();
    await inEach(context, [shared], 'no_crm', (_, { idempotencyKey }) => assert.equal(idempotencyKey, 'key'));
  });

  it('has one connection gets all that a handler needs, though the context makes it when it is asked for', async () => {
    const { context } = createContext();
    class Lazy {
      get signal() {
        return context.signal;
      }
      get logger() {
        return context.logger;
      }
      get idempotencyKey() {
        return 'key';
      }
      get skip() {
        return context.skip;
      }
      get step() {
        return context.step;
      }
      readonly attempt = 3;
    }
    await inEach(new Lazy(), [system('acme/a')], 'no_crm', (_, { signal, logger, step, skip, ...others }) => {
      assert.deepEqual([signal, logger, step, skip], [context.signal, context.logger, context.step, context.skip]);
      assert.deepEqual(others, { attempt: 3, idempotencyKey: 'key:acme/a' });
    });
  });

  it('has two connections has an effect in each, once, though one of them is down for a while', async () => {
    const { context } = createContext();
    const effects: string[] = [];
    let isDown = true;
    const run = (): Promise<void> =>
      inEach(context, [system('acme/a'), system('acme/b')], 'no_crm', ({ connection }, { idempotencyKey }) => {
        if (connection.name === 'acme/a' && isDown) throw new Error('down');
        effects.push(idempotencyKey);
      });
    await assert.rejects(run(), { message: 'down' });
    isDown = false;
    await run();
    assert.deepEqual(effects, ['key:acme/b', 'key:acme/a']);
  });

  it('has two connections is skipped if there is nothing to do in both', async () => {
    const { context, skipped } = createContext();
    const systems = [system('acme/a'), system('acme/b')];
    await inEach(context, systems, 'no_crm', ({ connection }, { skip }) => {
      if (connection.name === 'acme/a') skip('no_email');
    });
    assert.deepEqual(skipped, []);
    const { context: other, skipped: both } = createContext();
    await inEach(other, systems, 'no_crm', (_, { skip }) => skip('no_email'));
    assert.deepEqual(both, ['no_email']);
  });
});
