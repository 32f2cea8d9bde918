import { PROBLEM_TYPE, type ProblemCode, problem } from './problem.ts';

/** An operation of OpenAPI 3.1. */
export interface ApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly object[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, object>>;
  /** Names of `securitySchemes`; an empty list is a route for everyone. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
}

/** The part of the published OpenAPI document that describes some routes. */
export interface ApiDescription {
  readonly tag: { readonly name: string; readonly description: string };
  /** By path (`/webhooks/{source}`) and method in lower case. Fastify's HEAD routes need no entry. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
  readonly schemas?: Readonly<Record<string, object>>;
  readonly securitySchemes?: Readonly<Record<string, object>>;
}

/** The security schemes of the APIs that take an API key. */
export const apiKeySecurity = {
  apiKey: { type: 'http', scheme: 'bearer', description: 'An API key of your tenant.' },
} as const;

/** The responses for these problems, each with an example. */
export function problemResponses(...codes: readonly ProblemCode[]): Record<string, object> {
  return Object.fromEntries(
    codes.map((code) => {
      const example = problem(code, 'What to do about it.');
      const content = { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' }, example } };
      return [String(example.status), { description: `${example.title}.`, content }];
    }),
  );
}

/** A response with a JSON body. */
export const jsonResponse = (description: string, schema: object, example?: unknown): object => ({
  description,
  content: { 'application/json': { schema, ...(example === undefined ? {} : { example }) } },
});

/** The schema that `problemResponses` refers to. */
export const problemSchema = {
  type: 'object',
  description: 'An error as in RFC 9457, with a `code` for programs.',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What the caller can do.' },
    code: { type: 'string' },
  },
} as const;
