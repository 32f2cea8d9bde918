import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readFields } from './fields-form.ts';
import { fieldTypes } from './fields-schema.ts';
import type { Keys } from './problems.ts';
import { compileStep, type Step } from './step.ts';

const fail = (at: Keys, message: string): never => assert.fail(`${at.join('.')} ${message}`);

const INPUT = readFields({ a: 'string', b: 'string' }, [], fail);
const OUTPUT = readFields(
  { id: 'string', lines: { type: 'array', items: { type: 'object', properties: { name: 'string' } } } },
  [],
  fail,
);

const compile = (form: Partial<Parameters<typeof compileStep>[0]>): Step =>
  compileStep(
    { method: 'POST', path: '/', ...form },
    { at: [], variables: { input: fieldTypes(INPUT.properties) }, output: OUTPUT, complain: fail },
  );

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ maxLength: 30 }),
  fc.string({ unit: fc.constantFrom(...'./\\%2ef?#@:\r\n\0;a'), maxLength: 12 }),
  fc.constantFrom('..', '.', '', '%2e%2e', '..%2f', '\ud800', '//evil.example', 'http://evil.example/', '${input.b}'),
);

describe('a request', () => {
  const step = compile({
    path: '/shop/orders/${input.a}/lines/x${input.b}',
    query: { q: '${input.a}', fixed: '1' },
    body: { text: 'Hello ${input.a}', plain: '${input.b}', list: ['${input.a}'], fixed: { n: 1 } },
  });

  it('leads to the same path of the same host, whatever the input is', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        const request = step.request({ input: { a, b } });
        if (request === undefined) return;
        const url = new URL(`http://shop.example${request.path}?${new URLSearchParams(request.query)}`);
        assert.equal(url.origin, 'http://shop.example');
        const parts = url.pathname.split('/');
        assert.deepEqual([parts.length, ...parts.slice(0, 3), parts[4]], [6, '', 'shop', 'orders', 'lines']);
        // Also for a server that decodes before it routes.
        const decoded = decodeURIComponent(url.pathname).split(/[/\\]/);
        assert.equal(decoded.length, 6);
        assert.equal(decoded[3], a);
        assert.equal(decoded[5], `x${b}`);
        assert.ok(decoded.every((part) => part !== '.' && part !== '..'));
        assert.deepEqual([...url.searchParams.keys()], ['q', 'fixed']);
        assert.equal(url.searchParams.get('q'), a);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has a body of the same form, whatever the input is', () => {
    fc.assert(
      fc.property(anyText, (b) => {
        const body = step.request({ input: { a: 'x', b } })?.body;
        if (body === undefined) return;
        assert.deepEqual(JSON.parse(JSON.stringify(body)), {
          text: 'Hello x',
          plain: b.toWellFormed(),
          list: ['x'],
          fixed: { n: 1 },
        });
      }),
    );
  });

  it('leaves out parameters and fields that read what is not there', () => {
    const optional = compile({ query: { q: '${input.a}' }, body: { a: '${input.a}', b: 'with ${input.b}' } });
    assert.deepEqual(optional.request({ input: {} }), { path: '/', query: {}, body: {} });
  });

  it('is not made without a part of its path', () => {
    for (const a of ['', '.', '..', 'a/b', 'a\\b', 'a\n', '\ud800']) {
      assert.equal(step.request({ input: { a, b: 'x' } }), undefined, JSON.stringify(a));
    }
  });
});

describe('a response', () => {
  it('loses every field that the output does not name, at any depth', () => {
    const step = compile({});
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.anything()),
        fc.array(fc.dictionary(fc.string(), fc.anything())),
        (extra, items) => {
          const lines = items.map((item) => ({ ...item, name: 'n' }));
          const reading = step.read({ ...extra, id: 'i', lines }, {});
          assert.deepEqual(reading, { kind: 'found', output: { id: 'i', lines: lines.map(() => ({ name: 'n' })) } });
        },
      ),
    );
  });

  it('is unusable in another form, and says where without saying what', () => {
    for (const response of [
      undefined,
      null,
      [],
      'text',
      { id: 7, lines: [] },
      { id: 'secret' },
      { id: 'i', lines: [{}] },
    ]) {
      const reading = compile({}).read(response, {});
      assert.equal(reading.kind, 'unusable');
      assert.doesNotMatch(JSON.stringify(reading), /secret/);
    }
  });

  it('may say that there is nothing', () => {
    const step = compile({ found: 'size(response.hits) > 0', result: { id: 'response.hits[0].id', lines: '[]' } });
    assert.deepEqual(step.read({ hits: [] }, {}), { kind: 'absent' });
    assert.deepEqual(step.read({}, {}), { kind: 'absent' });
    assert.deepEqual(step.read({ hits: [{ id: 'i' }] }, {}), { kind: 'found', output: { id: 'i', lines: [] } });
    assert.equal(step.read({ hits: 7 }, {}).kind, 'unusable');
  });
});
