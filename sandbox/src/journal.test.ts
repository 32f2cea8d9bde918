import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { SystemName } from './effect.ts';
import { createJournal } from './journal.ts';

const effectOf = (system: SystemName, body: unknown) =>
  ({ system, kind: 'effect', method: 'POST', path: '/', headers: {}, body, status: 200, at: '' }) as const;

it('lists the newest, oldest first, by system or after an id, and never exceeds its limit', () => {
  const system = fc.constantFrom<SystemName>('chat', 'jira');
  fc.assert(
    fc.property(
      fc.array(system, { maxLength: 60 }),
      fc.nat({ max: 60 }),
      fc.integer({ min: 1, max: 30 }),
      (systems, after, limit) => {
        const journal = createJournal({ limit, maxCharacters: 1_000_000 });
        for (const name of systems) journal.add(effectOf(name, name));
        const kept = systems.map((name, index) => ({ id: index + 1, name })).slice(-limit);
        assert.deepEqual(
          journal.list().map(({ id }) => id),
          kept.map(({ id }) => id),
        );
        const wanted = kept.filter(({ id, name }) => name === 'chat' && id > after).map(({ id }) => id);
        assert.deepEqual(
          journal.list({ system: 'chat', after }).map(({ id }) => id),
          wanted,
        );
        assert.deepEqual(JSON.parse(journal.json({ limit: 3 })), journal.list({ limit: 3 }));
      },
    ),
  );
});

it('drops the oldest when bodies are large, but never the last', () => {
  const journal = createJournal({ limit: 5_000, maxCharacters: 100_000 });
  for (let number = 1; number <= 4_000; number += 1) journal.add(effectOf('chat', 'x'.repeat(1_000)));
  assert.ok(journal.json().length <= 101_000);
  assert.equal(journal.list().at(-1)?.id, 4_000);
  journal.add(effectOf('chat', 'x'.repeat(200_000)));
  assert.deepEqual(
    journal.list().map(({ id }) => id),
    [4_001],
  );
});
