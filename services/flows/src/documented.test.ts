import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import Schema from 'typebox/schema';
import { parse } from 'yaml';
import { blocks, page, yamlBlocks } from '../fixtures/documented.ts';
import { problemsIn } from '../fixtures/problems.ts';
import { durationText } from './flow/file/duration.ts';
import { flowsSchema } from './flow/file/json-schema.ts';
import { LIMITS } from './flow/limits.ts';
import { loadFlows } from './flow/load-flows.ts';
import { judge, readTestFile, renderTrace, simulate } from './testing/index.ts';

const folder = join(import.meta.dirname, '..');
const shipped = { path: 'flows.yaml', text: readFileSync(join(folder, 'flows.yaml'), 'utf8') };
const flows = loadFlows([shipped]);
const textBlocks = blocks.flatMap(({ language, text }) => (language === 'text' ? text : []));

describe('docs/flows.md', () => {
  for (const [index, text] of yamlBlocks('flows').entries()) {
    it(`has flows that load, and that its JSON Schema takes: ${index + 1}`, () => {
      assert.equal(problemsIn(text), 'loads');
      assert.ok(Schema.Compile(flowsSchema).Check(parse(text)));
    });
  }

  it('has a test that passes, and the trace that it shows', () => {
    const [text = ''] = yamlBlocks('tests');
    const { tests } = readTestFile({ path: join(folder, '../../docs/flows.md'), text });
    assert.equal(tests.length, 2);
    for (const { arrivals, until, expect } of tests)
      assert.deepEqual(judge(simulate(flows, arrivals, until), expect), []);
    const [{ name, arrivals }] = tests as [(typeof tests)[number]];
    const trace = renderTrace(simulate(flows, arrivals)).replaceAll(/^/gm, '  ');
    assert.equal(textBlocks[0]?.trimEnd(), `✔ ${name}\n${trace}`);
  });

  it('shows a problem as it is reported', () => {
    const text =
      'flows:\n  order-shipped:\n    on: order.shipped\n    when: event.trackinNumber == "1"\n    then: { node: x }\n';
    assert.equal(textBlocks[1]?.trimEnd(), problemsIn(text).replace('1.yaml', 'flows.yaml'));
  });

  it('lists the limits', () => {
    const rows = new Map(
      [...page.matchAll(/^\| (.*?) +\| (.*?) +\|$/gm)].map(([, what = '', most = '']) => [what, most]),
    );
    const count = (most: number): string => most.toLocaleString('en');
    const range = ({ least, most }: { least: number; most: number }): string =>
      `${durationText(least)} to ${durationText(most)}`;
    const expected: Readonly<Record<string, string>> = {
      'flows, messages': `${count(LIMITS.flows)} of each`,
      'flows that wait for one event type': count(LIMITS.flowsPerEvent),
      'events of `all` and `any`': count(LIMITS.slots),
      'effects of `then`, of `otherwise`': count(LIMITS.effects),
      'variables of a `set`, fields of a table': count(LIMITS.variables),
      'events that follow from one event through flows': count(LIMITS.fanOut),
      '`within`': range(LIMITS.within),
      '`once`, `ttl`': range(LIMITS.once),
      '`expires`': range(LIMITS.expires),
      'characters of a text': count(LIMITS.textLength),
      'characters of a correlation value': count(LIMITS.keyLength),
      "bytes of a variable's value as JSON": count(LIMITS.valueBytes),
      'characters of JSON that a waiting set keeps of each event': count(LIMITS.keptLength),
    };
    assert.equal(LIMITS.messages, LIMITS.flows);
    assert.deepEqual(LIMITS.ttl, LIMITS.once);
    for (const [what, most] of Object.entries(expected)) assert.equal(rows.get(what), most, what);
  });
});

it('the tests of the flows that come with Switchboard pass', () => {
  const path = join(folder, 'flows.test.yaml');
  for (const { name, arrivals, until, expect } of readTestFile({ path, text: readFileSync(path, 'utf8') }).tests) {
    assert.deepEqual(judge(simulate(flows, arrivals, until), expect), [], name);
  }
});
