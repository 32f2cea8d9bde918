import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ConfigError } from '@switchboard/service';
import { actionsFile } from '../../fixtures/actions-file.ts';
import { readActions } from './read-actions.ts';

const ENVIRONMENT = { SHOP_URL: 'http://127.0.0.1:9/shop', SHOP_TOKEN: 'token-of-the-shop' };

const GOOD = `actions:
  order-status:
    description: Where an order is
    effect: read
    input: { orderId: { type: string, maxLength: 64 }, locale: { type: string, optional: true } }
    output: { orderId: string, status: string, customerEmail: string }
    target: { url: { env: SHOP_URL }, method: GET, path: '/orders/\${input.orderId}', auth: { bearer: { env: SHOP_TOKEN } } }
    owner: output.customerEmail == caller.email
    reveal: [orderId, status]
    cache: 30s
    reply: { en: 'Order \${output.orderId} is \${output.status}.' }
`;

const WRITE = `actions:
  cancel-order:
    description: Cancels an order
    effect: write
    input: { orderId: string }
    output: { status: string }
    lookup: { path: '/orders/\${input.orderId}', output: { customerEmail: string, total: number }, reveal: [total] }
    owner: current.customerEmail == caller.email
    target: { url: http://127.0.0.1:9, method: DELETE, path: '/orders/\${input.orderId}' }
    confirm: { en: 'Cancel the order of \${current.total} EUR?' }
    reveal: [status]
`;

async function problemsOf(text: string): Promise<string[]> {
  await using file = await actionsFile(text);
  try {
    await readActions(file.path, ENVIRONMENT);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems.map((line) => line.replace(file.path, ''));
  }
  return [];
}

/** The first problem of a file with one change is at the line of the change, or beside it. */
async function refuses(good: string, from: string, to: string, expected: RegExp): Promise<void> {
  assert.ok(good.includes(from), from);
  const problems = await problemsOf(good.replace(from, () => to));
  assert.match(problems.join('\n'), expected);
  const [, line] = /^:(\d+):\d+ /.exec(problems[0] ?? '') ?? [];
  const changedLine = good.slice(0, good.indexOf(from)).split('\n').length;
  assert.ok(Math.abs(Number(line) - changedLine) <= 1, `${problems[0]}, but line ${changedLine} was changed`);
}

describe('files of actions', () => {
  it('are compiled', async () => {
    await using file = await actionsFile(GOOD);
    const actions = await readActions(file.path, ENVIRONMENT);
    const action = actions.get('order-status');
    assert.ok(action !== undefined);
    assert.deepEqual(Object.keys(action.output.properties), ['orderId', 'status']);
    assert.deepEqual(action.input.required, ['orderId']);
    assert.deepEqual(action.connection.auth, { kind: 'bearer', token: 'token-of-the-shop' });
    assert.equal(action.cacheMs, 30_000);
    assert.deepEqual(await problemsOf(WRITE), []);
  });

  it('may be a folder, in which a name stands once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'actions-'));
    try {
      await writeFile(join(folder, 'a.yaml'), GOOD);
      await writeFile(join(folder, 'b.yml'), WRITE);
      assert.deepEqual([...(await readActions(folder, ENVIRONMENT)).keys()], ['cancel-order', 'order-status']);
      await writeFile(join(folder, 'c.yaml'), GOOD);
      await assert.rejects(readActions(folder, ENVIRONMENT), /c\.yaml:2:3 .*another file/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  const faults: readonly [name: string, good: string, from: string, to: string, expected: RegExp][] = [
    ['an unknown key', GOOD, 'cache: 30s', 'cahce: 30s', /:10:5 .*cahce is not known here/],
    [
      'an unknown field in the path',
      GOOD,
      "path: '/orders/${input.orderId}",
      "path: '/orders/${input.orderID}",
      /:7:\d+ .*target\.path There is no field orderID/,
    ],
    [
      'an unknown field in the rule',
      GOOD,
      'output.customerEmail ==',
      'output.customermail ==',
      /:8:19 .*owner There is no field customermail/,
    ],
    [
      'a reply that shows what is not revealed',
      GOOD,
      'is ${output.status}',
      'is ${output.customerEmail}',
      /:11:\d+ .*reply\.en There is no field customerEmail/,
    ],
    ['a rule that reads the input', GOOD, '== caller.email', '== input.orderId', /owner .*the caller's own word/],
    ['a rule without the caller', GOOD, '== caller.email', '!= ""', /owner must compare with caller/],
    [
      'a rule that is no condition',
      GOOD,
      'owner: output.customerEmail == caller.email',
      'owner: caller.email',
      /is a string, not a condition/,
    ],
    ['an unknown revealed field', GOOD, '[orderId, status]', '[orderId, state]', /reveal\.1 is not a field/],
    ['an unknown keyword', GOOD, 'maxLength: 64', 'maxLen: 64', /:5:\d+ .*maxLen is not supported/],
    ['an unknown type', GOOD, 'status: string', 'status: text', /output\.status\.type must be one of/],
    [
      'a template in a header',
      GOOD,
      'method: GET',
      "method: GET, headers: { x-id: '${input.orderId}' }",
      /headers have no/,
    ],
    ['a header of ours', GOOD, 'method: GET', 'method: GET, headers: { Host: elsewhere }', /cannot be set/],
    ['a query in the path', GOOD, "orderId}'", "orderId}?x=1'", /use query for parameters/],
    [
      'a variable that is not set',
      GOOD,
      'env: SHOP_URL',
      'env: SHOP_ADDRESS',
      /needs the environment variable SHOP_ADDRESS/,
    ],
    ['a method that a read has not', GOOD, 'method: GET', 'method: DELETE', /of a read is GET or POST/],
    ['a pattern without a bound', GOOD, 'maxLength: 64', "pattern: '^(a+)+$'", /needs a maxLength/],
    ['an open template', GOOD, '${output.status}', '${output.status', /without its }/],
    ['a write whose rule comes too late', WRITE, 'owner: current', 'owner: output', /Unknown variable output/],
    [
      'a write whose look-up is missing',
      WRITE,
      "    lookup: { path: '/orders/${input.orderId}', output: { customerEmail: string, total: number }, reveal: [total] }\n",
      '',
      /needs a lookup/,
    ],
    [
      'a summary that shows what is not revealed',
      WRITE,
      '${current.total}',
      '${current.customerEmail}',
      /confirm\.en There is no field customerEmail/,
    ],
    ['a cache of a write', WRITE, 'effect: write', 'cache: 1s\n    effect: write', /cache is for reads only/],
    ['malformed YAML', GOOD, 'effect: read', 'effect: [read', /^:\d+:\d+ /],
  ];
  for (const [name, good, from, to, expected] of faults) {
    it(`are refused with the place of ${name}`, () => refuses(good, from, to, expected));
  }

  it('never quote a secret in a problem', async () => {
    const text = GOOD.replace('auth: { bearer: { env: SHOP_TOKEN } }', 'auth: { bearer: token-of-the-shop }');
    const problems = await problemsOf(text);
    assert.ok(problems.length > 0);
    assert.doesNotMatch(problems.join(), /token-of-the-shop/);
  });
});

it('the actions that come with the product fit', async () => {
  const variables = ['SHOP_URL', 'ZENDESK_URL', 'SEARCH_URL'].map((name) => [name, 'http://127.0.0.1:9']);
  const secrets = ['SHOP_TOKEN', 'ZENDESK_EMAIL', 'ZENDESK_TOKEN', 'SEARCH_API_KEY'].map((name) => [name, 'secret']);
  const path = join(import.meta.dirname, '../../../../local/actions.yaml');
  const actions = await readActions(path, Object.fromEntries([...variables, ...secrets]));
  assert.deepEqual(
    [...actions.keys()],
    [
      'cancel-subscription',
      'create-ticket',
      'order-status',
      'search-knowledge',
      'subscription-status',
      'update-subscription',
    ],
  );
});
