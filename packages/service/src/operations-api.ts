import { type ApiDescription, type ApiOperation, jsonResponse } from './api-description.ts';

const status = { type: 'object', required: ['status'], properties: { status: { type: 'string' } } };

const notReady = {
  ...status,
  properties: {
    ...status.properties,
    failed: { type: 'array', items: { type: 'string' }, description: 'The required dependencies that fail.' },
  },
};

const get = (operationId: string, summary: string, responses: Record<string, object>, description?: string) => ({
  get: { operationId, summary, ...(description === undefined ? {} : { description }), responses, security: [] },
});

const OPERATORS =
  'Answered on `OPS_PORT`. Without that port, it is answered on the service port, to callers on the same machine only.';

const hidden = { 404: { description: 'The caller is not on the same machine.' } };

/** Describes the routes of `registerOperations`, which every service has. */
export const operationsApi: ApiDescription = {
  tag: { name: 'operations', description: 'Probes, health and metrics of every service.' },
  paths: {
    '/livez': get('livez', 'Tells whether the process runs', { 200: jsonResponse('It runs.', status) }),
    '/readyz': get('readyz', 'Tells whether the service takes requests', {
      200: jsonResponse('It takes requests.', status),
      503: jsonResponse('It starts, stops, or cannot reach a required dependency.', notReady),
    }),
    '/health': get(
      'health',
      'Lists the dependencies and their state',
      {
        200: jsonResponse('All dependencies work.', { $ref: '#/components/schemas/Health' }),
        503: jsonResponse('A dependency fails.', { $ref: '#/components/schemas/Health' }),
        ...hidden,
      },
      OPERATORS,
    ),
    '/metrics': get(
      'metrics',
      'Returns the metrics',
      {
        200: { description: 'The metrics, as Prometheus reads them.', content: { 'text/plain': {} } },
        ...hidden,
      },
      OPERATORS,
    ),
  } satisfies Record<string, { get: ApiOperation }>,
  schemas: {
    Health: {
      type: 'object',
      required: ['status', 'checks'],
      properties: {
        status: { enum: ['ok', 'degraded'] },
        checks: {
          type: 'object',
          additionalProperties: {
            type: 'object',
            required: ['status', 'required'],
            properties: {
              status: { enum: ['ok', 'failed'] },
              required: { type: 'boolean', description: 'Whether the service is not ready while the check fails.' },
              code: { type: 'string', description: 'The kind of failure.' },
              error: { type: 'string', description: 'Shown to callers on the same machine.' },
            },
          },
        },
      },
    },
  },
};
