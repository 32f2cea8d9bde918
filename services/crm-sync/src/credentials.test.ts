import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import type { HandlerContext } from '@switchboard/consumer';
import { createTarget } from '@switchboard/outbound';
import { createLogger, readConfig } from '@switchboard/service';
import { openConnections } from '@switchboard/systems';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { escalated } from '../fixtures/events.ts';
import { type FakeCrm, startFakeCrm } from '../fixtures/fake-crm.ts';
import { crmSyncConfig } from './config.ts';
import { handlersOf, openCrms } from './handlers.ts';
import { crmKinds } from './kinds.ts';
import type { ScriptRunner } from './newest.ts';

const logger = createLogger('test', 'silent');
const TENANTS = ['a', 'b', 'c'] as const;
type Tenant = (typeof TENANTS)[number];

/** Keeps nothing: every interaction is the newest, and no ticket is known. */
const redis: ScriptRunner = { eval: async (script, _keys, _key, value) => (script.includes('HSET') ? null : value) };

const crms: FakeCrm[] = [];
/** Each tenant has two places that its CRM may be at. */
const placesOf = (tenant: Tenant): FakeCrm[] =>
  crms.slice(TENANTS.indexOf(tenant) * 2, TENANTS.indexOf(tenant) * 2 + 2);
before(async () => {
  for (let n = 0; n < TENANTS.length * 2; n += 1) crms.push(await startFakeCrm());
});
after(() => Promise.all(crms.map((crm) => crm[Symbol.asyncDispose]())));

const tenant = fc.constantFrom(...TENANTS);
const commands = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('event' as const), tenant }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('rotate' as const), tenant }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('move' as const), tenant }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), tenant }) },
  ),
  { maxLength: 40 },
);

/** Each place of each tenant gets an event, whatever the others do. */
const everywhere = TENANTS.flatMap((tenant) => (['event', 'move', 'event'] as const).map((kind) => ({ kind, tenant })));

it('the credentials of a tenant reach the addresses of that tenant alone, whatever changes while events run', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'connections-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'c.json');
  const state = Object.fromEntries(
    TENANTS.map((tenant) => [tenant, { version: 0, place: 0, isThere: true }]),
  ) as Record<Tenant, { version: number; place: number; isThere: boolean }>;
  async function write(): Promise<void> {
    const connections: Record<string, object> = {};
    for (const tenant of TENANTS) {
      const { version, place, isThere } = state[tenant];
      await writeFile(join(folder, tenant), `secret of ${tenant}, ${version}`);
      const url = placesOf(tenant)[place]?.url;
      const auth = { kind: 'bearer', token: { file: tenant } };
      if (isThere) connections[tenant] = { crm: { role: 'crm', kind: 'http', url, auth } };
    }
    await writeFile(path, JSON.stringify({ connections }));
  }
  await write();
  const connections = await openConnections({ path, kinds: crmKinds, logger, metrics: new Registry(), pollMs: 60_000 });
  t.after(connections.close);
  const config = readConfig(crmSyncConfig, { CONNECTIONS_FILE: path });
  const systems = openCrms({ config, redis, target: (options) => createTarget({ ...options, logger }) }, connections);
  t.after(systems.close);
  const handle = handlersOf(systems)['conversation.escalated'] ?? assert.fail();
  let count = 0;
  async function run(tenant: Tenant): Promise<void> {
    const event = escalated({ id: `${++count}` });
    const context: HandlerContext = {
      ...{ signal: new AbortController().signal, attempt: 1, logger, idempotencyKey: `${tenant}:${count}` },
      skip: () => {},
      step: (_, run) => run(),
    };
    await handle({ ...event, meta: { ...event.meta, tenant } }, context);
  }
  await fc.assert(
    fc.asyncProperty(commands, async (commands) => {
      const running: Promise<void>[] = [];
      for (const { kind, tenant } of commands) {
        if (kind === 'event') running.push(run(tenant));
        else {
          const held = state[tenant];
          if (kind === 'rotate') held.version += 1;
          else if (kind === 'move') held.place = 1 - held.place;
          else held.isThere = !held.isThere;
          await write();
          await connections.reload();
        }
      }
      await Promise.all(running);
      for (const tenant of TENANTS) {
        for (const token of placesOf(tenant).flatMap(({ tokens }) => [...tokens])) {
          assert.match(token, new RegExp(`^secret of ${tenant}, \\d+$`));
        }
      }
    }),
    { numRuns: 30, examples: [[everywhere]] },
  );
  assert.ok(crms.every(({ tokens }) => tokens.size > 0));
});
