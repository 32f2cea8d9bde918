import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { createHeap } from './heap.ts';

interface Entry {
  order: number;
  at: number;
}

it('its first entry is the earliest one, however entries come, leave and move', () => {
  const steps = fc.array(fc.record({ step: fc.nat(2), which: fc.nat(), order: fc.nat(20) }), { maxLength: 300 });
  fc.assert(
    fc.property(steps, (all) => {
      const heap = createHeap<Entry>((one, other) => one.order < other.order);
      const model: Entry[] = [];
      for (const { step, which, order } of all) {
        const entry = model[which % model.length];
        if (entry === undefined || step === 0) {
          const added = { order, at: -1 };
          model.push(added);
          heap.add(added);
        } else if (step === 1) {
          model.splice(model.indexOf(entry), 1);
          heap.remove(entry);
          assert.equal(entry.at, -1);
        } else {
          entry.order = order;
          heap.moved(entry);
        }
        assert.equal(heap.first?.order, model.length === 0 ? undefined : Math.min(...model.map((each) => each.order)));
        assert.equal(new Set(model.map(({ at }) => at)).size, model.length);
      }
    }),
  );
});

it('an entry that is not in the heap neither moves nor leaves', () => {
  const heap = createHeap<Entry>((one, other) => one.order < other.order);
  const stranger = { order: 0, at: -1 };
  heap.add({ order: 1, at: -1 });
  heap.moved(stranger);
  heap.remove(stranger);
  assert.equal(heap.first?.order, 1);
});
