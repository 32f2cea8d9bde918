import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EventType, readFields } from '../catalogue.ts';

type Json = Record<string, unknown>;

function problemsOf(type: EventType, sent: Json): readonly { path: string; message: string }[] {
  const read = readFields(type, sent);
  assert.ok(!read.ok);
  return read.problems;
}

const escalation = { conversationId: 'conv-1' };

test('all problems are reported at once, without values', () => {
  const problems = problemsOf('conversation.escalated', {
    confidence: 'hunter2',
    customer: { email: 42 },
    intent: ['hunter2'],
  });
  assert.deepEqual(
    problems.map(({ path }) => path),
    ['conversationId', 'customer.email', 'intent', 'confidence'],
  );
  assert.doesNotMatch(JSON.stringify(problems), /hunter2|42/);
});

test('at most 50 problems are collected, with short paths', () => {
  const transcript = Array.from({ length: 1000 }, () => ({}));
  assert.equal(problemsOf('conversation.escalated', { ...escalation, transcript }).length, 50);
  const topics = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`${'k'.repeat(1000)}${index}`, 1]));
  const problems = problemsOf('preference.updated', { userId: 'u', topics });
  assert.equal(problems.length, 50);
  assert.ok(problems.every(({ path }) => path.length < 100));
});

const deep = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);

test('unknown fields may be nested 64 deep, and deeper ones are a problem, not an exception', () => {
  const read = readFields('conversation.escalated', { ...escalation, x: deep(64) });
  assert.equal(read.ok && read.extra, `{"x":${'['.repeat(64)}${']'.repeat(64)}}`);
  for (const depth of [66, 100_000]) {
    assert.match(problemsOf('conversation.escalated', { ...escalation, x: deep(depth) })[0]?.message ?? '', /nested/);
  }
});

const million = 1024 * 1024;
const hostile: [what: string, text: string][] = [
  ['many keys', `{${Array.from({ length: million / 12 }, (_, index) => `"k${index}":1`).join()}}`],
  ['many items', `{"conversationId":"c","transcript":[${'{},'.repeat(million / 3)}{}]}`],
  [
    'many valid items',
    `{"conversationId":"c","transcript":[${'{"role":"u","x":[]},'.repeat(million / 20)}{"role":"u"}]}`,
  ],
  ['keys that are numbers', `{${Array.from({ length: million / 12 }, (_, index) => `"${index}":1`).join()}}`],
  ['one long text', JSON.stringify({ conversationId: 'é'.repeat(million / 2) })],
  [
    'a text that is almost a time',
    JSON.stringify({ ...escalation, startedAt: `2026-01-15T10:30:00.${'9'.repeat(million)}` }),
  ],
  ['a wide unknown field', `{"conversationId":"c","x":[${'{"a":{}},'.repeat(million / 9)}1]}`],
];

for (const [what, text] of hostile) {
  test(`a megabyte of ${what} is read quickly`, () => {
    const sent = JSON.parse(text) as Json;
    const start = performance.now();
    readFields('conversation.escalated', sent);
    // It takes milliseconds. The bound only distinguishes one pass over the input from a pass for each of its parts.
    assert.ok(performance.now() - start < 10_000);
  });
}
