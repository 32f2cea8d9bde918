import type { FastifyInstance, FastifyReply } from 'fastify';
import { type EffectKind, effectKinds, type SystemName, systemNames } from './effect.ts';
import { type Fault, faultMistake } from './fault.ts';
import { isObject } from './json.ts';
import type { World } from './world.ts';

const isKind = (kind: string): kind is EffectKind => effectKinds.includes(kind as EffectKind);
const isSystem = (name: unknown): name is SystemName => systemNames.includes(name as SystemName);

/** Serves `/effects`, the received requests, and `/faults`. */
export function registerControl(http: FastifyInstance, world: World): void {
  const { journal, faults } = world;

  const wrong = (reply: FastifyReply, error: string): FastifyReply => reply.code(400).send({ error });

  /** Undefined without a system, null for an unknown one. */
  function systemIn(query: unknown): SystemName | undefined | null {
    const { system } = query as { system?: unknown };
    return system === undefined || isSystem(system) ? system : null;
  }
  const unknownSystem = `system must be one of ${systemNames.join(', ')}.`;

  http.get('/effects', async ({ query }, reply) => {
    const system = systemIn(query);
    if (system === null) return wrong(reply, unknownSystem);
    const { after = '0', limit = '100000', kind } = query as Record<string, string>;
    if (!/^\d+$/.test(after) || !/^\d+$/.test(limit)) return wrong(reply, 'after and limit must be whole numbers.');
    if (kind !== undefined && !isKind(kind)) return wrong(reply, `kind must be one of ${effectKinds.join(', ')}.`);
    const selection = {
      ...(system === undefined ? {} : { system }),
      ...(kind === undefined ? {} : { kind }),
      after: Number(after),
      limit: Number(limit),
    };
    return reply.type('application/json; charset=utf-8').send(journal.json(selection));
  });

  http.delete('/effects', async (_request, reply) => {
    world.forget();
    return reply.code(204).send();
  });

  http.get('/faults', async () => faults.list());

  http.post('/faults', async ({ body }, reply) => {
    const mistake = isObject(body) ? faultMistake(body) : 'A fault is a JSON object, sent as application/json.';
    if (mistake !== undefined) return wrong(reply, mistake);
    world.fault(body as Fault);
    return reply.code(201).send(faults.list());
  });

  http.delete('/faults', async ({ query }, reply) => {
    const system = systemIn(query);
    if (system === null) return wrong(reply, unknownSystem);
    faults.clear(system);
    return reply.code(204).send();
  });
}
