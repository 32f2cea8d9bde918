import { actionsApi } from '@switchboard/actions/api';
import { ingest, services } from '@switchboard/deploy/services';
import { catalogue, publicEventTypes } from '@switchboard/events';
import { contextApi } from '@switchboard/flows/context-api';
import { instanceApi } from '@switchboard/flows/instance-api';
import { ingestApi } from '@switchboard/ingest/api';
import { searchApi } from '@switchboard/kb-indexer/api';
import { notifierApi } from '@switchboard/notifier/api';
import { type ApiDescription, operationsApi, problemSchema } from '@switchboard/service';
import { catalogueSchema } from './catalogue-schema.ts';
import { type JsonSchema, jsonSchemasOf } from './json-schema.ts';

/** Each API with the service that answers it. */
const APIS: readonly (readonly [service: string, api: ApiDescription])[] = [
  ...ingestApi.map((api) => [ingest.name, api] as const),
  ['kb-indexer', searchApi],
  ...notifierApi.map((api) => ['notifier', api] as const),
  ['flows', contextApi],
  ['flows', instanceApi],
  ['actions', actionsApi],
  [ingest.name, operationsApi],
];

export const info = {
  title: 'Switchboard',
  version: '0.1.0',
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
} as const;

/** Where `npm start` runs a service. */
function serverOf(name: string): { url: string; description: string } {
  const service = services.find((one) => one.name === name);
  if (service === undefined) throw new TypeError(`deploy/services.ts has no ${name}.`);
  return { url: `http://127.0.0.1:${service.port}`, description: `${name}, as npm start runs it` };
}

/** The JSON Schemas of the event types that senders send, and of the types in them. */
export const eventSchemas = (): Map<string, JsonSchema> =>
  new Map(publicEventTypes.flatMap((type) => [...jsonSchemasOf(catalogue[type].schema, catalogue[type].keyFields)]));

export function openapi(): object {
  const apis = APIS.map(([, api]) => api);
  const paths = APIS.flatMap(([service, { tag, paths: described }]) =>
    Object.entries(described).map(([path, operations]) => {
      const tagged = Object.entries(operations).map(([method, operation]) => [
        method,
        { tags: [tag.name], ...operation },
      ]);
      const servers = service === ingest.name ? {} : { servers: [serverOf(service)] };
      return [path, { ...servers, ...Object.fromEntries(tagged) }] as const;
    }),
  );
  return {
    openapi: '3.1.0',
    info: {
      ...info,
      description:
        'Receives events by signed webhooks, and delivers them through Kafka. `/catalogue` lists the event types.',
    },
    servers: [serverOf(ingest.name)],
    tags: apis.map(({ tag }) => tag),
    paths: Object.fromEntries(paths),
    components: {
      schemas: {
        ...Object.fromEntries(eventSchemas()),
        ...Object.assign({}, ...apis.map(({ schemas }) => schemas)),
        Catalogue: catalogueSchema,
        Problem: problemSchema,
      },
      securitySchemes: Object.assign({}, ...apis.map(({ securitySchemes }) => securitySchemes)),
    },
  };
}
