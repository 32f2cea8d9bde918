import { join } from 'node:path';
import { planOf } from './plan.ts';
import { readSchemaFolder, type SchemaFolder } from './schemas/schema-folder.ts';

const schemas = readSchemaFolder(join(import.meta.dirname, '../../../schemas'));

export type Json = Record<string, unknown>;
export type Change = (files: Map<string, Json>) => void;

/** The repository's schemas with one change. */
export function changed(change: Change): SchemaFolder {
  if ('problems' in schemas) throw new Error(schemas.problems.join('\n'));
  const files = structuredClone(new Map(schemas)) as Map<string, Json>;
  change(files);
  return files;
}

export function problemsOf(change: Change): readonly string[] {
  const plan = planOf(changed(change));
  return 'problems' in plan ? plan.problems : [];
}

export const entry = (files: Map<string, Json>, type: string): Json => files.get('catalogue.json')?.[type] as Json;
export const schema = (files: Map<string, Json>, path: string): Json & { fields: Json[] } =>
  files.get(path) as Json & { fields: Json[] };
export const field = (files: Map<string, Json>, path: string, name: string): Json =>
  schema(files, path).fields.find((one) => one.name === name) as Json;

export const shipped = 'commerce/OrderShipped.avsc';
const meta = { name: 'meta', type: 'switchboard.EventMeta', doc: 'Attributes of every event.' };
const orderId = { name: 'orderId', type: 'string', minLength: 1, maxLength: 256, doc: 'The order.' };
export const returned = {
  type: 'record',
  name: 'OrderReturned',
  namespace: 'switchboard.commerce',
  doc: 'An order was returned.',
  fields: [
    meta,
    orderId,
    { name: 'items', type: { type: 'array', items: 'OrderItem' }, default: [], maxItems: 100, doc: 'What.' },
  ],
};
const returnedEntry = {
  schema: 'commerce/OrderReturned.avsc',
  topic: 'commerce.orders',
  key: 'orderId',
  example: 'commerce/OrderReturned.example.json',
};

export function addReturned(files: Map<string, Json>): void {
  files.set('commerce/OrderReturned.avsc', structuredClone(returned));
  files.set('commerce/OrderReturned.example.json', { orderId: 'order-1001' });
  (files.get('catalogue.json') as Json)['order.returned'] = { ...returnedEntry };
}
