import Type, { type Static, type TObject } from 'typebox';
import Value from 'typebox/value';
import { environment } from './environment.ts';
import { tracingConfig } from './tracing.ts';

/** The configuration cannot be used. `problems` names every wrong variable, one sentence each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration has ${problems.length} problem(s):\n${problems.map((line) => `  - ${line}`).join('\n')}`);
    this.problems = problems;
  }
}

/** The variables of every service. */
export const baseConfig = Type.Object({
  HOST: Type.String({ default: '127.0.0.1', description: 'the address to listen on' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, description: 'the port to listen on; 0 takes a free one' }),
  OPS_PORT: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 65_535,
      description:
        'the port of /livez, /readyz, /health and /metrics; without it PORT, /health and /metrics for loopback',
    }),
  ),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { default: 'info' }),
  LOG_SAMPLE: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 1,
    description: 'the share of accepted events and effects that get a line in the log: 1 is all, 0 none',
  }),
  STOP_DELAY_MS: Type.Integer({
    minimum: 0,
    maximum: 20_000,
    default: 0,
    description: 'how long to stay up, not ready, before closing; in Kubernetes, until the endpoints have moved on',
  }),
  ...tracingConfig.properties,
});

/** A list in one variable: `a,b , c`. */
export const commaSeparated = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/**
 * Reads the variables that `schema` names: strings become numbers and booleans where it says so, an empty
 * variable counts as absent, defaults fill in.
 * @throws ConfigError naming every problem at once; values are not repeated, they may be secrets.
 */
export function readConfig<S extends TObject>(schema: S, variables = environment): Static<S> {
  const given: Record<string, unknown> = {};
  for (const name of Object.keys(schema.properties)) {
    if (variables[name] !== undefined && variables[name] !== '') given[name] = variables[name];
  }
  const config = Value.Convert(schema, Value.Default(schema, given)) as Record<string, unknown>;
  const problems = Object.entries(schema.properties).flatMap(([name, property]) => {
    if (config[name] === undefined) {
      return schema.required?.includes(name) ? [`${name} is not set${meaning(property)}`] : [];
    }
    const errors = Value.Errors(property, config[name]);
    // A union reports each of its branches first and itself last.
    const last = errors.at(-1);
    return last === undefined ? [] : [`${name} ${reason(last)}${meaning(property)}`];
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return config as Static<S>;
}

/**
 * Variables that only another one, such as `CRM=hubspot`, makes necessary.
 * @throws ConfigError naming each one that is not set
 */
export function required<S extends TObject, N extends keyof Static<S> & string>(
  schema: S,
  config: Static<S>,
  because: string,
  ...names: N[]
): { [K in N]: NonNullable<Static<S>[K]> } {
  const missing = names.filter((name) => config[name] === undefined);
  if (missing.length > 0) {
    throw new ConfigError(
      missing.map((name) => `${name} is not set, and ${because} needs it${meaning(schema.properties[name])}`),
    );
  }
  return config as { [K in N]: NonNullable<Static<S>[K]> };
}

const meaning = (property: unknown): string => {
  const { description } = property as { description?: string };
  return description === undefined ? '' : `: ${description}`;
};

function reason(error: { message: string; keyword: string; params: object }): string {
  if (error.keyword === 'enum') {
    const { allowedValues } = error.params as { allowedValues?: unknown[] };
    if (allowedValues !== undefined) return `must be one of ${allowedValues.join(', ')}`;
  }
  return error.message;
}
