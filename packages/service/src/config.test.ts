import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Type from 'typebox';
import { ConfigError, commaSeparated, readConfig, required } from './config.ts';

const schema = Type.Object({
  PORT: Type.Integer({ minimum: 1, maximum: 65_535, default: 8080 }),
  BROKERS: Type.String({ description: 'host:port of each broker' }),
  MODE: Type.Enum(['fast', 'safe'], { default: 'safe' }),
  VERBOSE: Type.Boolean({ default: false }),
  EXTRA: Type.Optional(Type.String()),
});

const problemsOf = (variables: Record<string, string>): readonly string[] => {
  try {
    readConfig(schema, variables);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
  return [];
};

describe('readConfig', () => {
  it('turns strings into what the schema names and fills in defaults', () => {
    assert.deepEqual(readConfig(schema, { BROKERS: 'a:1', PORT: '9', VERBOSE: 'true', OTHER: 'x' }), {
      PORT: 9,
      BROKERS: 'a:1',
      MODE: 'safe',
      VERBOSE: true,
    });
  });

  it('names every problem at once', () => {
    const problems = problemsOf({ PORT: '70000', MODE: 'loud', VERBOSE: 'perhaps' });
    assert.equal(problems.length, 4);
    assert.match(problems.join('\n'), /PORT must be <= 65535/);
    assert.match(problems.join('\n'), /BROKERS is not set: host:port of each broker/);
    assert.match(problems.join('\n'), /MODE must be one of fast, safe/);
    assert.match(problems.join('\n'), /VERBOSE must be boolean/);
  });

  it('counts an empty variable as absent', () => {
    assert.deepEqual(problemsOf({ BROKERS: '' }), ['BROKERS is not set: host:port of each broker']);
  });

  it('never repeats a value, which may be a secret', () => {
    assert.doesNotMatch(problemsOf({ PORT: 'hunter2', MODE: 'hunter2' }).join('\n'), /hunter2/);
  });
});

describe('required', () => {
  const choice = Type.Object({
    TO: Type.Enum(['a', 'b']),
    A_URL: Type.Optional(Type.String({ description: 'where a is' })),
    A_TOKEN: Type.Optional(Type.String()),
    B_URL: Type.Optional(Type.String()),
  });

  it('gives what is set, and names each variable that is not, with what needs it', () => {
    const config = readConfig(choice, { TO: 'a', B_URL: 'x' });
    assert.equal(required(choice, config, 'TO=b', 'B_URL').B_URL, 'x');
    assert.throws(() => required(choice, config, 'TO=a', 'A_URL', 'A_TOKEN', 'B_URL'), {
      problems: ['A_URL is not set, and TO=a needs it: where a is', 'A_TOKEN is not set, and TO=a needs it'],
    });
  });
});

describe('commaSeparated', () => {
  it('trims and skips what is empty', () => {
    assert.deepEqual(commaSeparated(' a, b,,c '), ['a', 'b', 'c']);
  });
});
