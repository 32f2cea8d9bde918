import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ingest, services } from '@switchboard/deploy/services';
import { isEventType } from '@switchboard/events';
import { filesOf, textOf } from './source-files.ts';

describe('the handled types in deploy/services.ts', () => {
  // Flows handle every type.
  for (const { name, handles } of services.filter((service) => service !== ingest && service.name !== 'flows')) {
    it(`match the handler tables of ${name}`, () => {
      const code = filesOf(`services/${name}/src/**/*.ts`).filter((file) => !file.endsWith('.test.ts'));
      const types = code.flatMap((file) => [...textOf(file).matchAll(/'([a-z.]+)':/g)].map(([, type = '']) => type));
      assert.deepEqual([...new Set(types.filter(isEventType))].sort(), [...handles].sort());
    });
  }
});
