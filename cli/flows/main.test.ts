import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { UsageError } from '@switchboard/service/command-line';
import { flows } from './main.ts';

const folder = await mkdtemp(join(tmpdir(), 'switchboard-flows-'));
after(() => rm(folder, { recursive: true }));

const shipped = join(import.meta.dirname, '../../services/flows');
const local = join(import.meta.dirname, '../../local');

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

type Context = { mock: { method: typeof import('node:test').mock.method } };

async function run(t: Context, ...argv: string[]): Promise<{ code: number; output: string }> {
  const lines: string[] = [];
  const mocks = (['log', 'error'] as const).map((name) =>
    t.mock.method(console, name, (line: string) => void lines.push(line)),
  );
  const code = await flows(argv).finally(() => mocks.forEach(({ mock }) => void mock.restore()));
  return { code, output: lines.join('\n') };
}

describe('flows check', () => {
  it('lists the flows of a file or a folder, without the tests in it', async (t) => {
    const one = await run(t, 'check', join(shipped, 'flows.yaml'));
    assert.equal(one.code, 0, one.output);
    assert.match(one.output, /^✔ order-confirmed version 1: payment\.confirmed, inventory\.reserved$/m);
    assert.deepEqual(await run(t, 'check'), one);
    assert.deepEqual(await run(t, 'check', shipped), one);
  });

  it('lists the flows of several files, such as those of npm start', async (t) => {
    const { code, output } = await run(t, 'check', `${join(shipped, 'flows.yaml')}, ${join(local, 'flows.yaml')}`);
    assert.equal(code, 0, output);
    assert.match(output, /^✔ order-confirmed version 1: .*\n(✔ .*\n)*✔ opening-hours version 1: message\.received$/);
  });

  it('shows what is wrong with its place, and exits with 1', async (t) => {
    const path = await file('broken.yaml', 'flows:\n  a: { on: order.shiped, then: { node: x } }\n');
    const { code, output } = await run(t, 'check', path);
    assert.equal(code, 1);
    assert.equal(output, `${path}:2:8: flows.a.on: There is no event type order.shiped; did you mean order.shipped?`);
    const missing = await run(t, 'check', join(folder, 'none.yaml'));
    assert.deepEqual([missing.code, /cannot be read: .*none.yaml \(ENOENT\)/.test(missing.output)], [1, true]);
  });
});

describe('flows test', () => {
  it('shows each step, and exits with 0 when everything is as expected', async (t) => {
    const { code, output } = await run(t, 'test', join(shipped, 'flows.test.yaml'));
    assert.equal(code, 0, output);
    assert.match(output, /^ {2}5m {6}payment\.confirmed event-2\n {10}order-confirmed A-1: completed$/m);
    assert.match(output, /^ {14}de: Ihre Bestellung A-1 ist bestätigt\.$/m);
    assert.match(output, /^4 passed, 0 failed$/m);
    assert.equal((await run(t, 'test', '--quiet', join(shipped, 'flows.test.yaml'))).output, '4 passed, 0 failed');
  });

  it('passes for the flows of npm start', async (t) => {
    assert.equal((await run(t, 'test', '--quiet', join(local, 'flows.test.yaml'))).output, '1 passed, 0 failed');
  });

  it('shows both sides of what differs, and exits with 1', async (t) => {
    const path = await file(
      'differs.test.yaml',
      `flows: ${join(shipped, 'flows.yaml')}
tests:
  a payment alone:
    given: [payment.confirmed: { orderId: A-1, userId: jane }]
    until: 1h
    expect:
      effects: [{ at: 20m, message: Hello }, { node: x }]
      variables: { user jane: { latestOrderStatus: confirmed } }
      waiting: [order-confirmed A-1]
`,
    );
    const { code, output } = await run(t, 'test', '--quiet', path);
    assert.equal(code, 1);
    assert.match(output, /^✖ a payment alone$/m);
    assert.ok(
      output.endsWith(
        [
          '  - expected, + happened',
          '  effects:',
          '    - {"at":"20m","message":"Hello"}',
          '    + {"at":"30m","message":"Your order A-1 takes longer than planned. We will write as soon as it is confirmed."}',
          '    - {"node":"x"}',
          '  variables:',
          '    - {"user jane latestOrderStatus":"confirmed"}',
          '    + {"user jane latestOrderStatus":"delayed"}',
          '  waiting:',
          '    - "order-confirmed A-1"',
          '',
          '0 passed, 1 failed',
        ].join('\n'),
      ),
      output,
    );
  });

  it('names what is wrong with the test itself', async (t) => {
    const path = await file(
      'invalid.test.yaml',
      'tests:\n  a:\n    given:\n      - payment.confirmd: {}\n      - payment.confirmed: { order: x }\n    expect: { effects: [] }\n',
    );
    const { code, output } = await run(t, 'test', path);
    assert.equal(code, 1);
    assert.deepEqual(output.split('\n'), [
      `${path}:4:9: tests.a.given[0]: There is no event type payment.confirmd; did you mean payment.confirmed?`,
      `${path}:5:9: tests.a.given[1]: payment.confirmed.orderId is required`,
    ]);
    const form = await run(t, 'test', await file('form.test.yaml', 'tests:\n  a: { given: [], until: soon }\n'));
    assert.match(
      form.output,
      /form.test.yaml:2:3: tests.a: needs expect\n.*form.test.yaml:2:19: tests.a.until: must be a time/,
    );
  });
});

it('flows without a known command say what there is', async () => {
  await assert.rejects(flows([]), UsageError);
  await assert.rejects(flows(['test']), UsageError);
  await assert.rejects(flows(['test', join(folder, 'none')]), /cannot be read \(ENOENT\)/);
  await assert.rejects(flows(['check', 'a', 'b']), UsageError);
});
