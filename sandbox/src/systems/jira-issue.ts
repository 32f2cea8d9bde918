import { type JsonObject, objectOf, textOf } from '../json.ts';
import { Refused, refuse } from '../system.ts';
import type { Clause } from './jira-query.ts';

export interface Issue extends JsonObject {
  id: string;
  key: string;
  fields: JsonObject & { labels: string[]; project: JsonObject };
  properties: JsonObject;
  comments: JsonObject[];
  createdAt: number;
}

/** An error in Jira's shape. */
export const problem = (status: number, messages: readonly string[], errors: JsonObject = {}) =>
  refuse(status, { errorMessages: messages, errors });

/** True if the issue meets the clause of a search. @throws Refused for an unknown field */
export function holds({ id, key, fields }: Issue, { field, values, negated }: Clause): boolean {
  const held: Readonly<Record<string, readonly string[]>> = {
    '': values,
    id: [id],
    key: [key],
    issuekey: [key],
    labels: fields.labels,
    project: [textOf(fields.project.key)],
    issuetype: [textOf(objectOf(fields.issuetype).name)],
    status: [textOf(objectOf(fields.status).name)],
    summary: [textOf(fields.summary)],
  };
  const custom = /^cf\[(\d+)\]$/.exec(field)?.[1];
  const own = custom === undefined ? held[field] : [textOf(fields[`customfield_${custom}`])];
  if (own === undefined) {
    throw new Refused(problem(400, [`Field '${field}' does not exist or you do not have permission to view it.`]));
  }
  if (field === '') return true;
  return values.some((value) => own.includes(value)) !== negated;
}
