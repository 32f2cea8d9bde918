import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Database } from '@switchboard/database';
import { createLogger } from '@switchboard/service';
import { until } from '@switchboard/stack/until';
import fc from 'fast-check';
import { openApp } from '../fixtures/app.ts';
import { json, startBackend } from '../fixtures/backend.ts';
import { openTestDatabase } from '../fixtures/database.ts';
import { connect, openMcpApp, tokenOf } from '../fixtures/mcp-app.ts';
import { auditOf, messageOf } from './run/telling.ts';

const jane = { email: 'jane@shop.example', userId: 'jane' };
const MARK = 'S3CR3T';
const NUMBER = 91_873_645_505;

/** Any JSON, each of whose texts, names and numbers can be recognised wherever it appears. */
const secrets = fc.jsonValue({ maxDepth: 3 }).map(marked);

function marked(value: unknown): unknown {
  if (typeof value === 'string') return `${MARK}${value}`;
  if (typeof value === 'number') return NUMBER;
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [`${MARK}${name}`, marked(held)]));
}

const record = (of: fc.Arbitrary<unknown>) =>
  fc.record({ id: of, note: of, deep: of, owner: of, other: of }, { requiredKeys: [] });

/** What a backend may answer: with the right types, with any, and what is no record at all. */
const fitting = fc.record({
  id: fc.constantFrom('shown-1', 'shown-2'),
  note: fc.string().map((text) => MARK + text),
  deep: fc.record({ inner: fc.string().map((text) => MARK + text), [MARK]: secrets }),
  owner: fc.constantFrom(jane.email, jane.email, jane.email, `${MARK}@shop.example`),
  [`${MARK}-undeclared`]: secrets,
});
const body = fc.oneof({ weight: 4, arbitrary: fitting }, record(secrets), secrets);
const status = fc.constantFrom(200, 200, 200, 200, 200, 200, 404, 422, 403, 500);
const input = fc.oneof(
  { weight: 3, arbitrary: fc.record({ key: fc.string({ maxLength: 20 }).map((text) => MARK + text) }) },
  { weight: 1, arbitrary: fc.record({ key: secrets, [MARK]: secrets }, { requiredKeys: [] }) },
);

const actionsOf = (url: string): string => {
  const common = `
    input: { key: { type: string, maxLength: 100 } }
    output: { id: string, note: string, deep: { type: object, properties: { inner: string } }, owner: string }
    reveal: [id]
    reply: { en: 'It is \${output.id}.' }
    notFound: { en: 'Nothing.' }
    failed: { en: 'Later.' }`;
  return `actions:
  look:
    description: Looks
    effect: read${common}
    owner: output.owner == caller.email
    target: { url: '${url}', method: GET, path: /look, timeout: 5s }
  change:
    description: Changes
    effect: write${common}
    lookup: { path: /look, output: { id: string, note: string, owner: string }, reveal: [id] }
    owner: current.owner == caller.email
    confirm: { en: 'Change \${current.id}?' }
    target: { url: '${url}', method: POST, path: /change, timeout: 5s }
`;
};

let database: Database;
let close: () => Promise<void>;
before(async () => {
  ({ database, close } = await openTestDatabase());
});
after(() => close());

/** @param where names the place for the message, which has no secret either */
function clean(where: string, value: unknown): void {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  assert.ok(!text.includes(MARK) && !text.includes(String(NUMBER)), `a field that is not revealed is in ${where}`);
}

/** Backends that answer with what the property chooses. */
async function startChosen(t: TestContext) {
  const chosen = { status: 200, body: {} as unknown };
  const backend = await startBackend(t, (response) => json(response, chosen.status, chosen.body));
  return { chosen, url: backend.url };
}

describe('what an action does not reveal', () => {
  it('is in no answer, run, message, audit or log over HTTP', async (t) => {
    const { chosen, url } = await startChosen(t);
    const lines: string[] = [];
    const logger = createLogger('actions', 'debug', { write: (line: string) => void lines.push(line) });
    const { told, signed } = await openApp(t, { database, yaml: actionsOf(url), logger });
    let found = 0;
    await fc.assert(
      fc.asyncProperty(status, body, input, async (code, given, own) => {
        Object.assign(chosen, { status: code, body: given });
        const isInput = typeof own.key === 'string' && Object.keys(own).length === 1;
        let isKnown = false;
        for (const [action, prefer] of [
          ['look', 'wait=1'],
          ['look', 'wait=0'],
          ['change', 'wait=1'],
        ] as const) {
          // Without an answer, a run in the background is tried for minutes.
          if (prefer === 'wait=0' && !isKnown) continue;
          const before = told.length;
          const send = (more: object = {}) =>
            signed(`/v1/actions/${action}`, { ...jane, input: own, ...more }, { prefer });
          let response = await send();
          let text = await response.text();
          // The caller may see its own input again, in the description of what is wrong with it.
          if (isInput) clean(`the answer ${response.status} of ${action}`, text);
          if (response.status === 409) {
            response = await send({ confirm: JSON.parse(text).confirm });
            text = await response.text();
            clean(`the confirmed answer ${response.status}`, text);
          }
          if (response.status === 200) found += 1;
          if (response.status === 200 || response.status === 404) isKnown = true;
          if (response.status !== 202) continue;
          await until('the run is told', () => told.length > before);
          const run = await signed(`/v1/actions/runs/${JSON.parse(text).runId}`, jane);
          clean('the run', await run.text());
        }
        for (const { ended } of told.splice(0)) {
          clean('the message', messageOf(ended, 1) ?? '');
          clean('the audit', auditOf(ended, 1));
        }
        for (const line of lines.splice(0)) clean('the log', line);
      }),
      { numRuns: 25 },
    );
    assert.ok(found > 0, 'some results were found');
    // What a 409 waits for is the input of the caller, until it is confirmed or expires.
    clean('the rows', await database.query(`SELECT * FROM actions.runs WHERE state = 'done'`));
  });

  it('is in no result of a tool', async (t) => {
    const { chosen, url } = await startChosen(t);
    const app = await openMcpApp(t, { database, yaml: actionsOf(url) });
    const client = await connect(t, app.url, await tokenOf('jane'));
    let found = 0;
    await fc.assert(
      fc.asyncProperty(status, body, async (code, given) => {
        Object.assign(chosen, { status: code, body: given });
        for (const name of ['look', 'change']) {
          const key = { key: 'k' };
          const result = await client.callTool({ name, arguments: key });
          clean('the result', result);
          const { status: state, _confirm } = (result.structuredContent ?? {}) as Record<string, string>;
          if (state === 'done') found += 1;
          if (state !== 'unconfirmed') continue;
          clean('the confirmed result', await client.callTool({ name, arguments: { ...key, _confirm } }));
        }
        for (const line of app.lines.splice(0)) clean('the log', line);
      }),
      { numRuns: 15 },
    );
    assert.ok(found > 0, 'some results were found');
  });
});
