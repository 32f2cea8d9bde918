import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { Parser } from '@asyncapi/parser';
import { catalogue, type EventType, nullableOf, publicEventTypes, readFields } from '@switchboard/events';
import Schema from 'typebox/schema';
import { asyncapi } from './asyncapi.ts';
import { openapi } from './openapi.ts';

const redocly = createRequire(import.meta.url).resolve('@redocly/cli/bin/cli.js');

/** The servers are those of npm start, and a probe has no wrong request. */
const SKIPPED_RULES = ['no-server-example.com', 'operation-4xx-response'];

/** What Redocly's linter finds. It exits with 1 for errors, and prints them nevertheless. */
async function lint(openApi: object): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-openapi-'));
  try {
    await writeFile(join(directory, 'openapi.json'), JSON.stringify(openApi));
    const options = ['--extends=recommended', '--format=json', ...SKIPPED_RULES.map((rule) => `--skip-rule=${rule}`)];
    const { stdout } = await promisify(execFile)(process.execPath, [redocly, 'lint', 'openapi.json', ...options], {
      cwd: directory,
      env: { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_NOTIFICATIONS: 'true' },
    }).catch((error: { stdout: string }) => error);
    const { problems } = JSON.parse(stdout) as { problems: { ruleId: string; message: string }[] };
    return problems.map(({ ruleId, message }) => `${ruleId}: ${message}`);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Severities of AsyncAPI's parser: 0 is an error, 1 a warning; below are hints, such as that 3.1 exists. */
const HINT = 2;

const document = openapi();

/** Whether a value matches one of the document's schemas. */
const matches = (name: string, value: unknown): boolean =>
  Schema.Check({ $ref: `#/components/schemas/${name}`, ...document }, value);

/** The plain texts of an event that have a bound. */
const textBounds = (type: EventType) =>
  catalogue[type].schema.fields.flatMap(({ name, type: avro, maxLength }) =>
    (nullableOf(avro) ?? avro) === 'string' && maxLength !== undefined ? [{ name, maxLength }] : [],
  );

it("Redocly's linter accepts the OpenAPI document", async () => {
  assert.deepEqual(await lint(document), []);
});

it("AsyncAPI's parser accepts the AsyncAPI document", async () => {
  const problems = await new Parser().validate(JSON.stringify(asyncapi()));
  assert.deepEqual(
    problems
      .filter(({ severity }) => severity < HINT)
      .map(({ code, message, path }) => [code, message, path.join('.')]),
    [],
  );
});

for (const type of publicEventTypes) {
  const { schema, recordName, keyFields, example } = catalogue[type];

  it(`the example of ${type} matches its JSON Schema, in every shape of a body`, () => {
    assert.ok(matches(recordName, example));
    assert.ok(matches('Webhook', { event: type, timestamp: '2026-01-15T10:30:00Z', data: example }));
    assert.ok(matches('Webhook', { event_type: type.replace('.', '_'), payload: example }));
    assert.ok(!matches('Webhook', { event: type, data: { meta: 1 } }));
    if (type.startsWith('article.'))
      assert.ok(matches('Webhook', { ...example, action: type.replace('article.', '') }));
  });

  it(`the JSON Schema of ${type} refuses what ingest refuses: missing fields and keys, and texts that are too long`, () => {
    for (const field of schema.fields.filter((one) => one.name !== 'meta' && one.default === undefined)) {
      const { [field.name]: _, ...rest } = example;
      assert.equal(readFields(type, rest).ok, false, field.name);
      assert.ok(!matches(recordName, rest), field.name);
    }
    const keyless = Object.fromEntries(Object.entries(example).filter(([name]) => !keyFields.includes(name)));
    assert.equal(readFields(type, keyless).ok, false);
    assert.ok(!matches(recordName, keyless));
    for (const { name, maxLength } of textBounds(type)) {
      const [longest, longer] = [maxLength, maxLength + 1].map((length) => ({
        ...example,
        [name]: 'x'.repeat(length),
      }));
      assert.equal(readFields(type, longest ?? {}).ok, matches(recordName, longest), name);
      assert.equal(readFields(type, longer ?? {}).ok, false, name);
      assert.ok(!matches(recordName, longer), name);
    }
  });
}
