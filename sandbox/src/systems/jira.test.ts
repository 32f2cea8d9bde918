import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { type Call, caller } from '../../fixtures/calls.ts';
import { type Sandbox, startSandbox } from '../start-sandbox.ts';

let sandbox: Sandbox;
let call: Call;
before(async () => {
  sandbox = await startSandbox();
  call = caller(sandbox, 'jira');
});
after(() => sandbox.close());
afterEach(() => sandbox.reset());

const doc = (...content: object[]) => ({ type: 'doc', version: 1, content });
const text = (words: string, ...marks: object[]) => ({
  type: 'text',
  text: words,
  ...(marks.length > 0 ? { marks } : {}),
});
const paragraph = (...content: object[]) => ({ type: 'paragraph', content });
const FIELDS = {
  project: { key: 'SUP' },
  issuetype: { name: 'Task' },
  summary: '[Chatbot Escalation] refund',
  description: doc(paragraph(text('the transcript'))),
  labels: ['chatbot-escalation', 'conv-1'],
};
const create = (changes: object = {}) =>
  call('POST', '/rest/api/3/issue', {
    fields: { ...FIELDS, ...changes },
    properties: [{ key: 'switchboard', value: { id: 'e-1' } }],
  });
const search = (jql: string, more: object = { fields: ['summary'] }) =>
  call('POST', '/rest/api/3/search/jql', { jql, ...more });

it('creates an issue with its properties and finds it by a label', async () => {
  const { status, body } = await create();
  assert.equal(status, 201);
  assert.match(body.key, /^SUP-\d+$/);
  assert.deepEqual((await call('GET', `/rest/api/3/issue/${body.key}/properties/switchboard`)).body.value, {
    id: 'e-1',
  });
  const found = await search('project = SUP AND labels = "conv-1" ORDER BY created DESC');
  assert.deepEqual(
    found.body.issues.map(({ key, fields }: Record<string, unknown>) => [key, fields]),
    [['SUP-1', { summary: FIELDS.summary }]],
  );
  assert.equal((await search('labels in ("a", "b")')).body.issues.length, 0);
});

it('returns only the id of an issue without requested fields', async () => {
  const { id } = (await create()).body;
  assert.deepEqual((await search('labels = "conv-1"', {})).body.issues, [{ id }]);
});

it('returns the requested properties of an issue', async () => {
  await create();
  const { body } = await search('labels = "conv-1"', { fields: ['created'], properties: ['switchboard', 'other'] });
  assert.deepEqual(body.issues[0].properties, { switchboard: { id: 'e-1' } });
});

it('has a search that lags, except for issues that the caller names', async () => {
  sandbox.fault('jira', { indexLagMs: 60_000 });
  const { id } = (await create()).body;
  assert.equal((await search('labels = "conv-1"')).body.issues.length, 0);
  const { body } = await search('labels = "conv-1"', { fields: ['summary'], reconcileIssues: [Number(id)] });
  assert.equal(body.issues.length, 1);
  assert.equal((await call('GET', `/rest/api/3/issue/${id}`)).status, 200);
});

it('pages through results', async () => {
  for (let made = 0; made < 3; made += 1) await create();
  const first = await search('project = SUP', { maxResults: 2 });
  assert.deepEqual([first.body.issues.length, first.body.isLast], [2, false]);
  const second = await search('project = SUP', { maxResults: 2, nextPageToken: first.body.nextPageToken });
  assert.deepEqual([second.body.issues.length, second.body.isLast], [1, true]);
});

it('refuses searches that are unrestricted, by property, malformed, or on the old path', async () => {
  await create();
  for (const jql of ['', 'ORDER BY created', 'labels =', 'issue.property[switchboard].id = "e-1"', 'nonsense = 1']) {
    assert.equal((await search(jql)).status, 400, jql);
  }
  assert.equal((await call('POST', '/rest/api/3/search', { jql: 'project = SUP' })).status, 410);
});

it('adds comments, and lists them', async () => {
  const { key } = (await create()).body;
  const body = doc(paragraph(text('resolved', { type: 'strong' })));
  const added = await call('POST', `/rest/api/3/issue/${key}/comment`, { body });
  assert.equal(added.status, 201);
  const listed = await call('GET', `/rest/api/3/issue/${key}/comment?orderBy=-created`);
  assert.deepEqual([listed.body.total, listed.body.comments[0].id], [1, added.body.id]);
  assert.equal((await call('POST', `/rest/api/3/issue/${key}/comment`, { body: 'plain' })).status, 400);
  assert.equal((await call('POST', '/rest/api/3/issue/SUP-0/comment', { body })).status, 404);
});

it('accepts documents that Jira accepts', async () => {
  const link = { type: 'link', attrs: { href: 'https://shop.example' } };
  const item = { type: 'listItem', content: [paragraph(text('item'))] };
  const documents = [
    doc({ type: 'heading', attrs: { level: 2 }, content: [text('Title')] }, { type: 'rule' }),
    doc(paragraph(text('a', link), { type: 'hardBreak' }, text('b', { type: 'em' }))),
    doc({ type: 'bulletList', content: [item] }, { type: 'codeBlock', content: [text('<script>')] }, paragraph()),
    doc({ type: 'panel', attrs: { panelType: 'info' }, content: [paragraph(text('p'))] }),
    doc({ type: 'blockquote', content: [paragraph(text('q'))] }),
  ];
  for (const description of documents) assert.equal((await create({ description })).status, 201);
});

it('refuses invalid values and names each field', async () => {
  const cases: [changes: object, field: string][] = [
    [{ project: {} }, 'project'],
    [{ issuetype: undefined }, 'issuetype'],
    [{ summary: '' }, 'summary'],
    [{ summary: 'x'.repeat(256) }, 'summary'],
    [{ summary: 'two\nlines' }, 'summary'],
    [{ labels: ['two words'] }, 'labels'],
    [{ description: 'plain text' }, 'description'],
    [{ description: { type: 'doc', content: [] } }, 'description'],
    [{ description: doc(paragraph(text(''))) }, 'description'],
    [{ description: doc(text('not in a paragraph')) }, 'description'],
    [{ description: doc({ type: 'bulletList', content: [paragraph(text('no item'))] }) }, 'description'],
    [{ description: doc({ type: 'bulletList', content: [] }) }, 'description'],
    [{ description: doc({ type: 'heading', content: [text('no level')] }) }, 'description'],
    [{ description: doc(paragraph(text('a', { type: 'blink' }))) }, 'description'],
    [{ description: doc({ type: 'iframe' }) }, 'description'],
    [{ description: doc(paragraph(text('x'.repeat(33_000)))) }, 'description'],
  ];
  for (const [changes, field] of cases) {
    const { status, body } = await create(changes);
    assert.deepEqual([status, Object.keys(body.errors)], [400, [field]], JSON.stringify(changes).slice(0, 200));
  }
});
