import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { platformMapping } from '../platform/platform-mapping.ts';
import { compileMapping } from './compile-mapping.ts';
import type { Mapping } from './mapping.ts';
import { MappingError } from './mapping-error.ts';

const ignoredBy = (mapping: Mapping): readonly string[] => compileMapping(mapping).ignored;
const rules: Mapping = { events: [{ type: 'message.received', fields: { conversationId: 'body.id' } }] };

describe('ignored paths', () => {
  it('are those of the rest: of the body for rules', () => {
    const mapping = { ...rules, ignore: ['body.version', 'body.data.raw', 'body.lines[0].debug'] };
    assert.deepEqual(ignoredBy(mapping), ['version', 'data.raw', 'lines[].debug']);
    assert.equal(compileMapping(mapping).fieldsAt, 'body');
  });

  it('are those of the rest: of the payload for shapes, in each spelling, with those of the base', () => {
    const ignored = ignoredBy({ ignore: ['data.botVersion', 'body.data.debug'], base: platformMapping });
    for (const path of ['botVersion', 'bot_version', 'debug', 'schema_version', 'metadata.resolved']) {
      assert.ok(ignored.includes(path), path);
    }
    assert.equal(compileMapping(platformMapping).fieldsAt, 'data');
  });

  it('must be paths', () => {
    for (const path of ['data.x', 'body.a + 1', 'headers.x', 'body.'])
      assert.throws(() => ignoredBy({ ...rules, ignore: [path] }), MappingError, path);
  });
});
