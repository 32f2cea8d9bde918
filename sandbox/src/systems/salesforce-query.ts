import { type JsonObject, textOf } from '../json.ts';

export interface Query {
  fields: readonly string[];
  object: string;
  conditions: readonly { field: string; operator: '=' | '!='; value: string }[];
  limit: number;
}

const QUERY =
  /^\s*SELECT\s+([\w\s,]+?)\s+FROM\s+(\w+)(?:\s+WHERE\s+(.+?))?(?:\s+ORDER\s+BY\s+[\w\s,]+?)?(?:\s+LIMIT\s+(\d+))?\s*$/is;
const CONDITION = /^\s*(\w+)\s*(=|!=)\s*(?:'((?:[^'\\]|\\.)*)'|([\w.:+-]+))\s*(?:AND\s+(?=\S)|$)/is;

/** Parses `SELECT a, b FROM C WHERE x = 'y' AND …`. Returns undefined for other syntax. */
export function readQuery(text: string): Query | undefined {
  const [, fields, object, where, limit] = QUERY.exec(text) ?? [];
  if (fields === undefined || object === undefined) return undefined;
  const conditions: Query['conditions'][number][] = [];
  for (let rest = where ?? ''; rest.trim() !== ''; ) {
    const [all, field, operator, quoted, bare] = CONDITION.exec(rest) ?? [];
    if (all === undefined || field === undefined) return undefined;
    const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? bare ?? '';
    conditions.push({ field, operator: operator === '!=' ? '!=' : '=', value: bare === 'null' ? '' : value });
    rest = rest.slice(all.length);
  }
  return {
    fields: fields.split(',').map((field) => field.trim()),
    object,
    conditions,
    limit: limit === undefined ? 2_000 : Number(limit),
  };
}

export const holds = (record: JsonObject, { field, operator, value }: Query['conditions'][number]): boolean =>
  (textOf(record[field]).toLowerCase() === value.toLowerCase()) === (operator === '=');
