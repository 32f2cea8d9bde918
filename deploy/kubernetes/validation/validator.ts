import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installPythonPackage } from '@switchboard/stack/python-package';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import type { Resource } from './kustomize.ts';

/** Holds the JSON Schemas of every kind of Kubernetes, with unknown fields refused. */
const SCHEMAS = {
  name: 'kubernetes-validate',
  version: '1.37.0',
  python: '3.12',
  title: 'the schemas of Kubernetes 1.37',
  megabytes: 111,
};
const VERSION = 'kubernetes_validate/kubernetes-json-schema/v1.37.0-local-strict';

const CUSTOM = [
  'alertmanagerconfig',
  'kafka',
  'kafkanodepool',
  'kafkauser',
  'podmonitor',
  'prometheusrule',
  'scaledobject',
];

type Schema = { [key: string]: unknown };

/** Of a kind that an operator brings. */
export interface CustomSchema {
  readonly apiVersion: string;
  readonly kind: string;
  readonly schema: object;
}

export const customSchemas = (): Promise<CustomSchema[]> =>
  Promise.all(
    CUSTOM.map(async (name) => parse(await readFile(join(import.meta.dirname, 'schemas', `${name}.yaml`), 'utf8'))),
  );

export interface Validator {
  /** @returns what is wrong with a manifest, a sentence each */
  problemsOf(resource: Resource): Promise<string[]>;
}

export async function createValidator(): Promise<Validator> {
  const folder = join(await installPythonPackage(SCHEMAS), VERSION);
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false, logger: false });
  ajv.addSchema(await readJson(join(folder, '_definitions.json')), '_definitions.json');
  const compiled = new Map<string, Promise<ValidateFunction>>();
  for (const { apiVersion, kind, schema } of await customSchemas()) {
    compiled.set(`${apiVersion} ${kind}`, Promise.resolve(ajv.compile(strict(schema) as Schema)));
  }

  return {
    problemsOf: async (resource) => {
      const key = `${resource.apiVersion} ${resource.kind}`;
      const compiling =
        compiled.get(key) ?? readJson(join(folder, fileOf(resource))).then((schema) => ajv.compile(schema));
      compiled.set(key, compiling);
      const validate = await compiling;
      validate(resource);
      return (validate.errors ?? []).map(
        ({ instancePath, message, params }) =>
          `${resource.kind}/${resource.metadata.name}${instancePath} ${message} ${JSON.stringify(params)}`,
      );
    },
  };
}

/** `deployment-apps-v1.json`, `service-v1.json`, `networkpolicy-networking-v1.json` */
function fileOf({ apiVersion, kind }: Resource): string {
  const [version = '', group] = apiVersion.split('/').reverse();
  return `${[kind.toLowerCase(), ...(group === undefined ? [] : [group.split('.')[0]]), version].join('-')}.json`;
}

/** They name some of the fields that the schema around them has. */
const ALTERNATIVES = ['allOf', 'anyOf', 'oneOf', 'not'];

/** A structural schema of a CRD in JSON Schema: fields that it does not name are refused. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { properties, ...rest } = schema as Schema & { properties?: Schema };
  const inner = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, ALTERNATIVES.includes(key) ? value : strict(value)]),
  );
  if (properties === undefined) return inner;
  const named = Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, strict(value)]));
  const open = 'x-kubernetes-preserve-unknown-fields' in schema || 'additionalProperties' in schema;
  return { ...inner, properties: named, ...(open ? {} : { additionalProperties: false }) };
}

const readJson = async (path: string): Promise<Schema> => JSON.parse(await readFile(path, 'utf8'));
