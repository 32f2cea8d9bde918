import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Connection } from './connection.ts';
import { createSystems } from './systems.ts';

const connection = (name: string): Connection => ({
  ...{ name: `acme/${name}`, tenant: 'acme', role: 'crm', kind: 'http', url: 'http://a.example' },
  ...{ auth: undefined, settings: {} },
});

function createDesk(shared: Connection[] = []) {
  let inForce: Connection[] = [connection('a'), connection('b')];
  const log: string[] = [];
  let time = 0;
  const systems = createSystems({
    connections: {
      of: (tenant) => (tenant === 'acme' ? inForce : []),
      has: (one) => inForce.includes(one),
      all: () => shared,
    },
    role: 'crm',
    open({ name }) {
      log.push(`open ${name}`);
      return { name, close: async () => void log.push(`close ${name}`) };
    },
    useMs: 5,
    idleMs: 50,
    now: () => time,
  });
  const until = async (isThere: () => boolean): Promise<void> => {
    while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return {
    systems,
    log,
    until,
    replace: (all: Connection[]) => (inForce = all),
    pass: (ms: number) => (time += ms),
    inForce,
  };
}

describe('the systems of connections', () => {
  it('are opened when an event needs them, once, and closed at the end', async () => {
    const { systems, log } = createDesk();
    assert.deepEqual(systems.of('umbrella'), []);
    assert.deepEqual(log, []);
    const [first] = systems.of('acme');
    assert.equal(systems.of('acme')[0], first);
    assert.deepEqual(log, ['open acme/a', 'open acme/b']);
    await systems.close();
    assert.deepEqual(log.slice(2), ['close acme/a', 'close acme/b']);
  });

  it('are opened anew when the connection changes; the earlier one is closed when no handler can use it', async () => {
    const { systems, log, replace, pass, until, inForce } = createDesk();
    const [before] = systems.of('acme');
    replace([connection('a'), inForce[1] as Connection]);
    const [after] = systems.of('acme');
    assert.notEqual(after, before);
    assert.deepEqual(log, ['open acme/a', 'open acme/b', 'open acme/a']);
    pass(6);
    systems.of('acme');
    await until(() => log.length > 3);
    assert.deepEqual(log.slice(3), ['close acme/a']);
    assert.equal(systems.of('acme')[0], after);
    await systems.close();
  });

  it('of all tenants are opened at once, and stay open', async () => {
    const { systems, log, until, pass, inForce } = createDesk([{ ...connection('a'), tenant: undefined }]);
    assert.deepEqual(log, ['open acme/a']);
    pass(51);
    assert.equal(inForce.length, 2);
    await until(() => log.length > 1);
    await systems.close();
  });

  it('are closed when no event needs them for a while, and opened again', async () => {
    const { systems, log, pass, until } = createDesk();
    systems.of('acme');
    pass(51);
    await until(() => log.length === 4);
    systems.of('acme');
    assert.equal(log.at(-1), 'open acme/b');
    await systems.close();
  });
});
