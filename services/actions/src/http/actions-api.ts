import { type ApiDescription, apiKeySecurity, jsonResponse, problemResponses } from '@switchboard/service';
import { DEFAULT_WAIT_MS, MOST_WAIT_MS } from '../run/runner.ts';

const text = { type: 'string' };
const object = { type: 'object' };

const result = {
  type: 'object',
  required: ['output', 'runId'],
  properties: {
    output: { ...object, description: 'The revealed fields of the action.' },
    reply: { ...text, description: 'The text for the person, in the best language of `Accept-Language`.' },
    runId: text,
  },
};

const running = {
  type: 'object',
  required: ['runId', 'status'],
  properties: { runId: text, status: { const: 'running' } },
};

const person = { type: 'object', properties: { email: text, userId: text } };

const call = {
  type: 'object',
  properties: {
    input: { ...object, description: "The action's input. In a signed body, its fields may stand at the top instead." },
    conversationId: { ...text, description: 'The conversation that a late result belongs to.' },
    confirm: { ...text, description: 'The token of a 409, after the person has said yes.' },
    email: { ...text, description: "In a signed body: the customer's e-mail address." },
    userId: { ...text, description: "In a signed body: the platform's id of the customer." },
    for: {
      ...person,
      description: 'With an API key that has the scope `act-for`: the person that the program acts for.',
    },
  },
};

const action = {
  type: 'object',
  required: ['name', 'description', 'effect', 'confirms', 'input', 'output'],
  properties: {
    name: text,
    title: text,
    description: text,
    effect: { enum: ['read', 'write'] },
    confirms: { type: 'boolean', description: 'Whether the person must confirm it first.' },
    input: { ...object, description: 'A JSON Schema.' },
    output: { ...object, description: 'A JSON Schema of the revealed fields.' },
  },
};

const header = (name: string, description: string) => ({ name, in: 'header', description, schema: text });
const path = (name: string, description: string) => ({ name, in: 'path', required: true, description, schema: text });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

const security = [{ apiKey: [] }, { signedBody: [] }];
const language = header('Accept-Language', 'The languages of `reply`.');

const found = {
  200: jsonResponse('The result.', ref('ActionResult')),
  202: jsonResponse(
    'The run goes on. `Location` names it; the result also follows as a message.',
    ref('RunningAction'),
  ),
};

const readRun = (operationId: string, summary: string) => ({
  operationId,
  summary,
  parameters: [path('id', 'The `runId` of a 202.'), language],
  responses: {
    ...found,
    ...problemResponses('UNAUTHORIZED', 'NOT_FOUND', 'INVALID_FIELDS', 'INTERNAL', 'UNAVAILABLE', 'NO_ANSWER'),
  },
  security,
});

/** Describes the routes of actions and runs. */
export const actionsApi: ApiDescription = {
  tag: { name: 'actions', description: 'What a chatbot can ask and do for a person.' },
  paths: {
    '/v1/actions': {
      get: {
        operationId: 'listActions',
        summary: 'Lists the actions that the caller may use',
        responses: {
          200: jsonResponse('The actions, by name.', {
            type: 'object',
            required: ['actions'],
            properties: { actions: { type: 'array', items: ref('Action') } },
          }),
          ...problemResponses('UNAUTHORIZED', 'INTERNAL', 'UNAVAILABLE'),
        },
        security,
      },
    },
    '/v1/actions/{name}': {
      post: {
        operationId: 'runAction',
        summary: 'Runs an action',
        description:
          "What does not exist and what is not the caller's have the same answer, 404. The person comes from the caller's " +
          'credentials, never from `input`.',
        parameters: [
          path('name', 'The name of the action.'),
          header(
            'Prefer',
            `\`wait=10\`: how many seconds to wait for the result; default ${DEFAULT_WAIT_MS / 1_000}, at most ${MOST_WAIT_MS / 1_000}.`,
          ),
          header('Idempotency-Key', 'For writes: a repeat with the key and the same input has no second effect.'),
          language,
        ],
        requestBody: { required: true, content: { 'application/json': { schema: ref('ActionCall') } } },
        responses: {
          ...found,
          ...problemResponses(
            'INVALID_REQUEST',
            'UNAUTHORIZED',
            'FORBIDDEN',
            'NOT_FOUND',
            'CONFIRMATION_REQUIRED',
            'TOO_LARGE',
            'UNSUPPORTED_MEDIA_TYPE',
            'INVALID_FIELDS',
            'TOO_MANY_REQUESTS',
            'INTERNAL',
            'UNAVAILABLE',
            'NO_ANSWER',
          ),
        },
        security,
      },
    },
    '/v1/actions/runs/erase': {
      post: {
        operationId: 'eraseRuns',
        summary: 'Erases the runs of a person',
        description:
          'Needs the scope `context:erase`. A token or a signed body erases the runs of its own person, whatever the body names.',
        requestBody: { required: true, content: { 'application/json': { schema: person } } },
        responses: {
          200: jsonResponse('How many runs were erased.', {
            type: 'object',
            required: ['runs'],
            properties: { runs: { type: 'integer' } },
          }),
          ...problemResponses('UNAUTHORIZED', 'FORBIDDEN', 'INVALID_FIELDS', 'INTERNAL', 'UNAVAILABLE'),
        },
        security,
      },
    },
    '/v1/actions/runs/{id}': {
      get: readRun('readRun', 'Returns the result of a run'),
      post: readRun('readRunSigned', 'Returns the result of a run to a caller that signs a body'),
    },
  },
  schemas: { Action: action, ActionCall: call, ActionResult: result, RunningAction: running },
  securitySchemes: {
    ...apiKeySecurity,
    signedBody: {
      type: 'apiKey',
      in: 'header',
      name: 'x-signature',
      description: 'HMAC-SHA256 of the body, in hex. The header and the secret are those of the caller.',
    },
  },
};
