import type { Json } from './variables.ts';

/** What is known about a user or a conversation. */
export interface Context {
  readonly version: number;
  /** When it changed last, in ms. */
  readonly updatedAt: number;
  readonly variables: Readonly<Record<string, Variable>>;
}

export interface Variable {
  readonly value: Json;
  /** The time of the event that gave the value. */
  readonly eventTime: number;
  readonly eventId: string;
  /** The version of the context with which the variable changed. */
  readonly version: number;
  readonly expiresAt: number | null;
}

/** Changes with every change: a variable that expires does not change the version at once, but the number. */
export const entityTag = ({ version, variables }: Context): string =>
  `"${version.toString(36)}-${Object.keys(variables).length}"`;

const time = (ms: number): string => new Date(ms).toISOString();

export const shownVariable = ({ value, eventTime, eventId, version, expiresAt }: Variable): object => ({
  value,
  updatedAt: time(eventTime),
  eventId,
  version,
  ...(expiresAt === null ? {} : { expiresAt: time(expiresAt) }),
});

export const shownVariables = (variables: Context['variables']): object =>
  Object.fromEntries(Object.entries(variables).map(([name, variable]) => [name, shownVariable(variable)]));

export const shownContext = (id: string, { version, updatedAt, variables }: Context): object => ({
  id,
  version,
  updatedAt: time(updatedAt),
  variables: shownVariables(variables),
});
