import { type ApiDescription, apiKeySecurity, jsonResponse, problemResponses } from '@switchboard/service';
import { security, userIdParameter } from '../api-description.ts';
import { BODY_BYTES, body } from './preference-api.ts';

const preference = { $ref: '#/components/schemas/Preference' };

const parameters = [userIdParameter];

const shown = jsonResponse('The preferences. Fields without a value are missing.', preference);

/** Describes `GET` and `PUT /v1/preferences/{userId}`. */
export const preferencesApi: ApiDescription = {
  tag: { name: 'preferences', description: 'How people want to be notified.' },
  paths: {
    '/v1/preferences/{userId}': {
      get: {
        operationId: 'readPreferences',
        summary: "Returns a person's preferences",
        parameters,
        responses: { 200: shown, ...problemResponses('UNAUTHORIZED', 'TOO_MANY_REQUESTS', 'INTERNAL', 'UNAVAILABLE') },
        security,
      },
      put: {
        operationId: 'replacePreferences',
        summary: "Replaces a person's preferences",
        parameters,
        requestBody: {
          required: true,
          description: `At most ${BODY_BYTES} bytes.`,
          content: { 'application/json': { schema: preference } },
        },
        responses: {
          200: shown,
          ...problemResponses(
            'INVALID_REQUEST',
            'UNAUTHORIZED',
            'TOO_MANY_REQUESTS',
            'TOO_LARGE',
            'UNSUPPORTED_MEDIA_TYPE',
            'INVALID_FIELDS',
            'INTERNAL',
            'UNAVAILABLE',
          ),
        },
        security,
      },
    },
  },
  schemas: { Preference: { ...body, description: 'The fields of `preference.updated`, without `userId`.' } },
  securitySchemes: apiKeySecurity,
};
