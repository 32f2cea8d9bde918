import type { DefinitionProblem, Keys } from './problem.ts';

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reports everything in a value that does not have the form. */
export type Form = (value: unknown, at: Keys, problems: DefinitionProblem[]) => void;

export const text =
  (message: string): Form =>
  (value, at, problems) => {
    if (typeof value !== 'string' || value === '' || value.length > LONGEST) problems.push({ at, message });
  };

/** Longer than any expression of 500 parts needs to be. */
const LONGEST = 10_000;

export const exactly =
  (only: string): Form =>
  (value, at, problems) => {
    if (value !== only) problems.push({ at, message: `must be ${only}` });
  };

export const listOf =
  (form: Form, most: number): Form =>
  (value, at, problems) => {
    if (!Array.isArray(value)) problems.push({ at, message: 'must be a list' });
    else if (value.length > most) problems.push({ at, message: `must have at most ${most} items` });
    else for (const [index, item] of value.entries()) form(item, [...at, index], problems);
  };

export const tableOf =
  (form: Form): Form =>
  (value, at, problems) => {
    if (!isObject(value)) problems.push({ at, message: 'must be a table' });
    else for (const [key, held] of Object.entries(value)) form(held, [...at, key], problems);
  };

export const object =
  (forms: Readonly<Record<string, Form>>, required: readonly string[] = []): Form =>
  (value, at, problems) => {
    if (!isObject(value)) {
      problems.push({ at, message: `must be a table of ${Object.keys(forms).join(', ')}` });
      return;
    }
    for (const key of required) if (!Object.hasOwn(value, key)) problems.push({ at, message: `needs ${key}` });
    for (const [key, held] of Object.entries(value)) {
      const form = Object.hasOwn(forms, key) ? forms[key] : undefined;
      if (form !== undefined) form(held, [...at, key], problems);
      else problems.push({ at: [...at, key], message: `is not known here; use ${Object.keys(forms).join(', ')}` });
    }
  };

/** The form by what the value looks like. */
export const either =
  (choose: (value: unknown) => Form): Form =>
  (value, at, problems) =>
    choose(value)(value, at, problems);
