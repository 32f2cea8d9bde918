import { hasBasic } from '../authentication.ts';
import type { Board, CardInput } from '../board.ts';
import { credentials } from '../credentials.ts';
import { isObject, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { type Answer, effect, lookup, Refused, type Route, refuse, type Surroundings, type System } from '../system.ts';
import { createTable } from '../table.ts';
import { documentMistake, documentText } from './adf.ts';
import { fieldProblems } from './jira-fields.ts';
import { holds, type Issue, problem } from './jira-issue.ts';
import { readJql } from './jira-query.ts';

const REMOVED = 'The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.';
const NO_ISSUE = 'Issue does not exist or you do not have permission to see it.';

/** Issues with labels, properties and comments. The search may lag behind. */
export function createJira(board: Board, { indexLagMs }: Surroundings): System {
  const issues = createTable<Issue>({
    key: ({ key }) => [key],
    label: ({ fields }) => fields.labels,
  });
  let lastId = 10_000;

  const create: Route = ({ body }) => {
    const { fields: given, properties } = objectOf(body);
    const fields = objectOf(given);
    const errors = fieldProblems(fields, true);
    if (Object.keys(errors).length > 0) return problem(400, [], errors);
    lastId += 1;
    const now = new Date();
    const project = textOf(objectOf(fields.project).key) || 'ID';
    const issue: Issue = {
      id: String(lastId),
      key: `${project}-${lastId - 10_000}`,
      fields: {
        status: { name: 'To Do' },
        created: now.toISOString(),
        updated: now.toISOString(),
        ...fields,
        labels: listOf(fields.labels).map(textOf),
        project: objectOf(fields.project),
      },
      properties: Object.fromEntries(listOf(properties).map((one) => [textOf(objectOf(one).key), objectOf(one).value])),
      comments: [],
      createdAt: now.getTime(),
    };
    issues.set(issue.id, issue);
    board.put(cardOf(issue));
    return effect(201, { id: issue.id, key: issue.key, self: selfOf(issue) });
  };

  const one = (params: Readonly<Record<string, string>>): Issue => {
    const id = params.id ?? '';
    const issue = issues.get(id) ?? issues.find('key', id)[0];
    if (issue !== undefined) return issue;
    throw new Refused(problem(404, [NO_ISSUE]));
  };

  const update: Route = ({ params, body }) => {
    const known = one(params);
    const fields = objectOf(objectOf(body).fields);
    const errors = fieldProblems(fields, false);
    if (Object.keys(errors).length > 0) return problem(400, [], errors);
    const issue = { ...known, fields: { ...known.fields, ...fields, updated: new Date().toISOString() } };
    issues.set(issue.id, issue);
    board.put(cardOf(issue));
    return effect(204);
  };

  const comment: Route = ({ params, body }) => {
    const known = one(params);
    const { body: document, properties = [] } = objectOf(body);
    const mistake = documentMistake(document);
    if (mistake !== undefined) return problem(400, [], { comment: mistake });
    lastId += 1;
    const now = new Date().toISOString();
    const entry = { id: String(lastId), body: document, properties, created: now, updated: now };
    issues.set(known.id, { ...known, comments: [...known.comments, entry] });
    board.note('ticket', 'jira', known.key, { text: documentText(document) });
    return effect(201, entry);
  };

  const comments: Route = ({ params, query }) => {
    const { comments: list } = one(params);
    const start = Math.max(Number(query.startAt ?? 0) || 0, 0);
    const most = Math.min(Number(query.maxResults ?? 100) || 100, 100);
    const ordered = query.orderBy === '-created' ? list.toReversed() : list;
    return lookup({
      startAt: start,
      maxResults: most,
      total: list.length,
      comments: ordered.slice(start, start + most),
    });
  };

  const putProperty: Route = ({ params, body }) => {
    const known = one(params);
    const key = params.property ?? '';
    issues.set(known.id, { ...known, properties: { ...known.properties, [key]: body } });
    return key in known.properties ? effect(200) : effect(201);
  };

  const getProperty: Route = ({ params }) => {
    const key = params.property ?? '';
    const { properties } = one(params);
    return key in properties
      ? lookup({ key, value: properties[key] })
      : problem(404, ['The property with the specified key does not exist.']);
  };

  const search: Route = ({ body, query, method }) => {
    const given: JsonObject = method === 'GET' ? { ...query, fields: query.fields?.split(',') } : objectOf(body);
    const clauses = readJql(textOf(given.jql));
    if (clauses === undefined) return problem(400, ['Error in the JQL Query.']);
    if (clauses.length === 0) {
      return problem(400, [
        'Unbounded JQL queries are not allowed here. Please add a search restriction to your query.',
      ]);
    }
    const visible = Date.now() - indexLagMs();
    const reconciled = new Set(listOf(given.reconcileIssues).map(textOf));
    const [label] = clauses.filter(
      ({ field, values, negated }) => field === 'labels' && values.length === 1 && !negated,
    );
    const candidates = label === undefined ? [...issues.all()] : issues.find('label', label.values[0] ?? '');
    const found = candidates
      .filter((issue) => issue.createdAt <= visible || reconciled.has(issue.id))
      .filter((issue) => clauses.every((clause) => holds(issue, clause)))
      .reverse();
    const most = Math.min(Number(given.maxResults ?? 50) || 50, 5_000);
    const start = Number(given.nextPageToken ?? 0) || 0;
    const wanted = listOf(given.fields).map(textOf);
    const properties = listOf(given.properties).map(textOf);
    const page = found.slice(start, start + most).map((issue) => ({
      ...pick(issue, wanted),
      ...(properties.length > 0 && {
        properties: Object.fromEntries(Object.entries(issue.properties).filter(([key]) => properties.includes(key))),
      }),
    }));
    const isLast = start + most >= found.length;
    return lookup({ issues: page, isLast, ...(isLast ? {} : { nextPageToken: String(start + most) }) });
  };

  const removed: Route = () => problem(410, [REMOVED]);

  return {
    name: 'jira',
    routes: {
      'POST /rest/api/3/issue': create,
      'GET /rest/api/3/issue/:id': ({ params }) => lookup(pick(one(params), ['*all'])),
      'PUT /rest/api/3/issue/:id': update,
      'POST /rest/api/3/issue/:id/comment': comment,
      'GET /rest/api/3/issue/:id/comment': comments,
      'PUT /rest/api/3/issue/:id/properties/:property': putProperty,
      'GET /rest/api/3/issue/:id/properties/:property': getProperty,
      'POST /rest/api/3/search/jql': search,
      'GET /rest/api/3/search/jql': search,
      'POST /rest/api/3/search': removed,
      'GET /rest/api/3/search': removed,
    },
    authenticate: (headers) => hasBasic(headers, credentials.jira.email, credentials.jira.token),
    refusal,
    clear: () => issues.clear(),
  };
}

const selfOf = ({ id }: Issue): string => `/rest/api/3/issue/${id}`;

/** The requested fields and properties; only the id without any. */
function pick(issue: Issue, wanted: readonly string[], properties: readonly string[] = []): JsonObject {
  const { id, key, fields } = issue;
  const some = (all: JsonObject, isWanted: (name: string) => boolean): JsonObject =>
    Object.fromEntries(Object.entries(all).filter(([name]) => isWanted(name)));
  const isAll = wanted.some((name) => name === '*all' || name === '*navigable');
  return {
    id,
    ...(wanted.length > 0 && {
      key,
      self: selfOf(issue),
      fields: some(fields, (name) => isAll || wanted.includes(name)),
    }),
    ...(properties.length > 0 && { properties: some(issue.properties, (name) => properties.includes(name)) }),
  };
}

function refusal(status: number): Answer {
  if (status === 401) return problem(401, ['Client must be authenticated to access this resource.']);
  if (status === 404) return refuse(404, { message: 'null for uri', 'status-code': 404 });
  if (status === 429) return problem(429, ['Rate limit exceeded.']);
  return problem(status, [`answered with ${status}`]);
}

function cardOf({ key, fields }: Issue): CardInput {
  const { summary, description, labels, priority, issuetype, project, ...others } = fields;
  return {
    kind: 'ticket',
    system: 'jira',
    id: key,
    title: `${key} · ${textOf(summary)}`,
    text: documentText(description),
    badges: [textOf(objectOf(priority).name), textOf(objectOf(issuetype).name), ...labels].filter(Boolean),
    fields: Object.entries(others)
      .filter(([name]) => name.startsWith('customfield_'))
      .map(([name, value]): [string, string] => [name, isObject(value) ? textOf(value.value) : textOf(value)]),
  };
}
