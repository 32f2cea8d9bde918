import type { Expression } from '@switchboard/expressions';
import type { RequestEntry } from './action-form.ts';
import { createCheck } from './fields-check.ts';
import { type FieldSchema, type ObjectSchema, open, project } from './fields-schema.ts';
import type { Complain, Keys } from './problems.ts';
import { compileAt, compileTemplate, type Template, type Values, type Variables } from './template.ts';

/** One request to the backend, as a file describes it. */
export interface Step {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** @returns undefined if a value cannot stand in the request */
  request(values: Values): StepRequest | undefined;
  read(response: unknown, values: Values): Reading;
  readonly expressions: readonly Expression[];
}

export interface StepRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export type Reading =
  /** With the fields of the output's schema only. */
  | { readonly kind: 'found'; readonly output: Readonly<Record<string, unknown>> }
  | { readonly kind: 'absent' }
  /** The response does not have the form that the file describes. */
  | { readonly kind: 'unusable'; readonly reason: string };

interface StepForm extends RequestEntry {
  readonly method: Step['method'];
  readonly body?: unknown;
}

interface StepContext {
  readonly at: Keys;
  readonly variables: Variables;
  readonly output: ObjectSchema;
  readonly complain: Complain;
}

export function compileStep(form: StepForm, { at, variables, output, complain }: StepContext): Step {
  const templates: Template[] = [];
  const template = (text: string, where: Keys): Template | undefined => {
    const compiled = compileTemplate(text, variables, where, complain);
    if (compiled !== undefined) templates.push(compiled);
    return compiled;
  };
  const path = template(form.path, [...at, 'path']);
  checkFixedPath(form.path, [...at, 'path'], complain);
  const query = Object.entries(form.query ?? {}).map(
    ([name, text]) => [name, template(text, [...at, 'query', name])] as const,
  );
  const body = form.body === undefined ? undefined : compileBody(form.body, [...at, 'body'], template);

  const responding: Variables = { response: 'dyn', ...variables };
  const found = form.found === undefined ? undefined : compileAt(form.found, responding, [...at, 'found'], complain);
  if (found !== undefined && !/^(bool|dyn)$/.test(found.type))
    complain([...at, 'found'], `is a ${found.type}, not a condition`);
  const result =
    form.result && compileResult(form.result, { at: [...at, 'result'], variables: responding, output, complain });
  const check = createCheck(open(output));

  return {
    method: form.method,
    expressions: templates.flatMap(({ expressions }) => expressions),
    request(values) {
      const rendered = path?.render(values, pathPart);
      if (rendered === undefined) return undefined;
      const parameters: [string, string][] = [];
      for (const [name, compiled] of query) {
        const value = compiled?.render(values);
        if (value !== undefined) parameters.push([name, value]);
      }
      return { path: rendered, query: Object.fromEntries(parameters), body: body?.(values) };
    },
    read(response, values) {
      const all = { ...values, response };
      if (found !== undefined) {
        const has = found.evaluate(all);
        if (has.kind === 'failed') return { kind: 'unusable', reason: 'its `found` cannot be computed' };
        if (has.kind === 'absent' || has.value !== true) return { kind: 'absent' };
      }
      const made = result === undefined ? response : result(all);
      const [problem] = check(made);
      if (problem !== undefined)
        return { kind: 'unusable', reason: `${problem.path || 'the output'} ${problem.message}` };
      return { kind: 'found', output: project(output, made) as Record<string, unknown> };
    },
  };
}

/**
 * The text as one part of a path, or undefined for text that could change which path it is: many servers decode `%2F`
 * before they route.
 */
function pathPart(text: string): string | undefined {
  return /^\.{0,2}$|[/\\\p{Cc}\p{Cs}]/u.test(text) ? undefined : encodeURIComponent(text);
}

function checkFixedPath(path: string, at: Keys, complain: Complain): void {
  const fixed = path.replaceAll(/\$\{[^}]*\}/g, 'x');
  if (/[?#\\\s]|\/\.{1,2}(\/|$)/.test(fixed))
    complain(at, 'must be a path without ?, #, \\, . and ..; use query for parameters');
}

type MakeBody = (values: Values) => unknown;

function compileBody(form: unknown, at: Keys, template: (text: string, at: Keys) => Template | undefined): MakeBody {
  if (typeof form === 'string') {
    const compiled = template(form, at);
    return (values) => wellFormed(compiled?.value(values));
  }
  if (Array.isArray(form)) {
    const items = form.map((item, index) => compileBody(item, [...at, index], template));
    return (values) => items.map((item) => item(values)).filter((item) => item !== undefined);
  }
  if (typeof form !== 'object' || form === null) return () => form;
  const fields = Object.entries(form).map(
    ([name, field]) => [name, compileBody(field, [...at, name], template)] as const,
  );
  return (values) => {
    const made = fields.map(([name, field]) => [name, field(values)] as const);
    return Object.fromEntries(made.filter(([, value]) => value !== undefined));
  };
}

const wellFormed = (value: unknown): unknown => (typeof value === 'string' ? value.toWellFormed() : value);

function compileResult(form: Readonly<Record<string, string>>, context: StepContext): MakeBody {
  const { at, variables, output, complain } = context;
  const fields = Object.entries(form).flatMap(([name, text]) => {
    const schema: FieldSchema | undefined = output.properties[name];
    if (schema === undefined)
      complain([...at, name], `is not a field of the output; use ${Object.keys(output.properties).join(', ')}`);
    const expression = compileAt(text, variables, [...at, name], complain);
    return expression === undefined ? [] : [[name, expression] as const];
  });
  return (values) => {
    const made: [string, unknown][] = [];
    for (const [name, expression] of fields) {
      const evaluated = expression.evaluate(values);
      if (evaluated.kind === 'value') made.push([name, evaluated.value]);
    }
    return Object.fromEntries(made);
  };
}
