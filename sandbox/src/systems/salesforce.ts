import { bearerOf } from '../authentication.ts';
import type { Board } from '../board.ts';
import { type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { type Answer, effect, lookup, Refused, type Route, refuse, type System } from '../system.ts';
import { holds, readQuery } from './salesforce-query.ts';
import {
  createRecords,
  isExternalId,
  keyOf,
  problemsOf,
  type RecordProblem,
  type Records,
  type SalesforceRecord,
} from './salesforce-records.ts';
import { createTokens } from './salesforce-token.ts';

const TOKEN_PATH = '/services/oauth2/token';
const MOST_RECORDS = 200;
/** From this API version on, an upsert that updates answers with a body. */
const UPSERT_ANSWERS_SINCE = 46;

const problem = (status: number, errorCode: string, message: string, fields?: string[]): Answer =>
  refuse(status, [{ message, errorCode, ...(fields === undefined ? {} : { fields }) }]);

const missing = (): Answer => problem(404, 'NOT_FOUND', 'The requested resource does not exist');

interface Outcome extends JsonObject {
  id?: string;
  success: boolean;
  created?: boolean;
  errors: RecordProblem[];
}

/** Contacts, leads and tasks behind OAuth2. */
export function createSalesforce(board: Board, { publicKey }: { publicKey?: string | undefined } = {}): System {
  const objects = createRecords();
  const tokens = createTokens(publicKey);
  let lastId = 0;

  function recordsOf(object = ''): Records {
    const records = objects.get(object);
    if (records === undefined) throw new Refused(missing());
    return records;
  }

  function save(object: string, fields: JsonObject, known?: SalesforceRecord): SalesforceRecord {
    const records = recordsOf(object);
    const now = new Date().toISOString().replace('Z', '+0000');
    lastId += 1;
    const Id = known?.Id ?? `${records.definition.prefix}${String(lastId).padStart(12, '0')}AAA`;
    const record = { CreatedDate: now, ...known, ...fields, Id, LastModifiedDate: now };
    records.set(Id, record);
    show(object, record);
    return record;
  }

  function show(object: string, record: SalesforceRecord): void {
    const { Id, CreatedDate: _created, LastModifiedDate: _modified, FirstName, LastName, Email, ...others } = record;
    if (object === 'Task') {
      const text = [record.Subject, record.Description].map(textOf).filter(Boolean).join('\n\n');
      board.note('contact', 'salesforce', textOf(record.WhoId), { text });
      return;
    }
    board.put({
      kind: 'contact',
      system: 'salesforce',
      id: Id,
      title: [FirstName, LastName].map(textOf).filter(Boolean).join(' ') || textOf(Email),
      badges: object === 'Contact' ? [] : [object],
      fields: [
        ['Email', textOf(Email)],
        ...Object.entries(others).map(([name, value]): [string, string] => [name, textOf(value)]),
      ],
    });
  }

  function upsertOne(object: string, field: string, value: string, fields: JsonObject): Outcome | SalesforceRecord[] {
    const records = recordsOf(object);
    const found = records.find('key', keyOf(field, value));
    if (found.length > 1) return found;
    const [known] = found;
    const errors = problemsOf(records.definition, fields, known === undefined);
    if (errors.length > 0) return { success: false, errors };
    const { Id } = save(object, { ...fields, [field]: value }, known);
    return { id: Id, success: true, errors: [], created: known === undefined };
  }

  const upsert: Route = ({ params, body }) => {
    const { version = '', object = '', field = '', value = '' } = params;
    if (!isExternalId(field)) return missing();
    const fields = objectOf(body);
    if (field in fields)
      return problem(400, 'INVALID_FIELD', `The ${field} field should not be specified in the sobject data.`, [field]);
    const outcome = upsertOne(object, field, value, fields);
    if (Array.isArray(outcome)) {
      return { kind: 'refused', status: 300, body: outcome.map((record) => pathOf(version, object, record)) };
    }
    if (!outcome.success) return refuseAll(outcome.errors);
    if (outcome.created) return effect(201, outcome);
    return Number(version.slice(1)) >= UPSERT_ANSWERS_SINCE ? effect(200, outcome) : effect(204);
  };

  const upsertMany: Route = ({ params, body }) => {
    const { object = '', field = '' } = params;
    if (!isExternalId(field)) return missing();
    const { records, allOrNone } = objectOf(body);
    const list = listOf(records).map(objectOf);
    if (list.length === 0 || list.length > MOST_RECORDS) {
      return problem(400, 'INVALID_ARGUMENT', `records must hold 1 to ${MOST_RECORDS} records`);
    }
    if (allOrNone === true) return problem(400, 'INVALID_ARGUMENT', 'the sandbox supports only allOrNone: false');
    const outcomes = list.map(({ attributes, [field]: value, ...fields }): Outcome => {
      if (objectOf(attributes).type !== object) {
        return failed('INVALID_TYPE', `the type in attributes is not ${object}`, []);
      }
      if (textOf(value) === '') return failed('MISSING_ARGUMENT', `${field} not specified`, [field]);
      const outcome = upsertOne(object, field, textOf(value), fields);
      return Array.isArray(outcome)
        ? failed('DUPLICATE_EXTERNAL_ID', `${field}: more than one record found for external id field`, [field])
        : outcome;
    });
    return outcomes.some(({ success }) => success) ? effect(200, outcomes) : { ...lookup(outcomes), kind: 'refused' };
  };

  const create: Route = ({ params, body }) => {
    const { object = '' } = params;
    const fields = objectOf(body);
    const errors = problemsOf(recordsOf(object).definition, fields, true);
    if (errors.length > 0) return refuseAll(errors);
    return effect(201, { id: save(object, fields).Id, success: true, errors: [] });
  };

  const update: Route = ({ params, body }) => {
    const { object = '', id = '' } = params;
    const records = recordsOf(object);
    const known = records.get(id);
    if (known === undefined) return missing();
    const errors = problemsOf(records.definition, objectOf(body), false);
    if (errors.length > 0) return refuseAll(errors);
    save(object, objectOf(body), known);
    return effect(204);
  };

  const get: Route = ({ params }) => {
    const { version = '', object = '', id, field = '', value = '' } = params;
    const records = recordsOf(object);
    const found = id === undefined ? records.find('key', keyOf(field, value)) : [records.get(id) ?? []].flat();
    const [record, other] = found;
    if (record === undefined) return missing();
    if (other !== undefined)
      return {
        ...lookup(
          found.map((one) => pathOf(version, object, one)),
          300,
        ),
      };
    return lookup({ attributes: { type: object, url: pathOf(version, object, record) }, ...record });
  };

  const query: Route = ({ params, query: { q = '' } }) => {
    const wanted = readQuery(q);
    if (wanted === undefined) return problem(400, 'MALFORMED_QUERY', 'unexpected token in the query');
    const { object, fields, conditions, limit } = wanted;
    const table = objects.get(object);
    if (table === undefined) return problem(400, 'INVALID_TYPE', `sObject type '${object}' is not supported.`);
    const key = conditions.find(
      ({ field, operator }) => operator === '=' && (field === 'Email' || isExternalId(field)),
    );
    const candidates = key === undefined ? [...table.all()] : table.find('key', keyOf(key.field, key.value));
    const records = candidates
      .filter((record) => conditions.every((condition) => holds(record, condition)))
      .slice(0, limit)
      .map((record) => ({
        attributes: { type: object, url: pathOf(params.version ?? '', object, record) },
        ...Object.fromEntries(fields.map((field) => [field, record[field] ?? null])),
      }));
    return lookup({ totalSize: records.length, done: true, records });
  };

  const data = '/services/data/:version';
  return {
    name: 'salesforce',
    routes: {
      [`POST ${TOKEN_PATH}`]: tokens.issue,
      [`POST ${data}/sobjects/:object`]: create,
      [`PATCH ${data}/sobjects/:object/:id`]: update,
      [`GET ${data}/sobjects/:object/:id`]: get,
      [`PATCH ${data}/sobjects/:object/:field/:value`]: upsert,
      [`GET ${data}/sobjects/:object/:field/:value`]: get,
      [`PATCH ${data}/composite/sobjects/:object/:field`]: upsertMany,
      [`GET ${data}/query`]: query,
    },
    authenticate: (headers, path) => path === TOKEN_PATH || tokens.isLive(bearerOf(headers) ?? ''),
    refusal,
    expireTokens: tokens.expire,
    clear() {
      for (const records of objects.values()) records.clear();
    },
  };
}

const failed = (statusCode: string, message: string, fields: string[]): Outcome => ({
  success: false,
  errors: [{ statusCode, message, fields }],
});

function refusal(status: number): Answer {
  if (status === 401) return problem(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
  if (status === 404) return missing();
  if (status === 429) return problem(429, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
  if (status === 503) return problem(503, 'SERVER_UNAVAILABLE', 'Server unavailable');
  return problem(status, status < 500 ? 'BAD_REQUEST' : 'UNKNOWN_EXCEPTION', `answered with ${status}`);
}

const pathOf = (version: string, object: string, { Id }: SalesforceRecord): string =>
  `/services/data/${version}/sobjects/${object}/${Id}`;

const refuseAll = (errors: readonly RecordProblem[]): Answer =>
  refuse(
    400,
    errors.map(({ statusCode, message, fields }) => ({ message, errorCode: statusCode, fields })),
  );
