import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkConnections, parseConnections } from './connections-file.ts';
import type { Kinds } from './kind.ts';

const kinds: Kinds = {
  crm: {
    hubspot: {
      url: 'https://api.hubapi.com',
      settings: {
        noteKey: { description: 'the unique field of notes', pattern: '^[a-z_]+$' },
        leads: { description: 'what a lead becomes', oneOf: ['contact', 'lead'] },
        condition: {
          description: 'which leads are stored',
          check: (text) => (text === 'no' ? 'is no condition' : undefined),
        },
      },
    },
    http: { anonymous: true, settings: { path: { description: 'where notes go', required: true } } },
    salesforce: { authDefaults: { tokenUrl: '/token', audience: 'https://login.example' } },
  },
};

const file = (connection: string): string => `connections:\n  acme:\n    one: ${connection}\n`;
const problemsOf = (text: string): string[] => checkConnections(text, 'c.yaml', kinds);

describe('a file of connections', () => {
  it('is taken with everything that it can say', () => {
    const { problems, entries } = parseConnections(
      `
connections:
  acme:
    hubspot:
      role: crm
      kind: hubspot
      auth: { kind: bearer, token: { env: T } }
      rate: 9.5
      concurrency: 4
      settings: { noteKey: note, leads: lead, condition: 1 }
    own: { role: crm, kind: http, url: 'https://acme.example/crm', settings: { path: /notes } }
    desk: { role: helpdesk, kind: a-kind-of-another-service, url: 'https://desk.example', settings: { any: 1 } }
    mail: { role: email, kind: smtp, url: 'smtp://mail.example:25', auth: { kind: basic, user: u, password: { file: p } } }
  umbrella:
    nothing: { role: crm, kind: none }
`,
      'c.yaml',
      kinds,
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      entries.map(({ tenant, name, kind }) => `${tenant}/${name} ${kind}`),
      [
        'acme/hubspot hubspot',
        'acme/own http',
        'acme/desk a-kind-of-another-service',
        'acme/mail smtp',
        'umbrella/nothing none',
      ],
    );
  });

  const auths = [
    '{ kind: header, name: X-Key, value: { env: A } }',
    '{ kind: bearer, token: { file: a } }',
    '{ kind: basic, user: { env: U }, password: { env: A } }',
    '{ kind: client-credentials, tokenUrl: https://a.example/token, clientId: c, clientSecret: { env: A }, scope: s }',
    '{ kind: jwt-bearer, tokenUrl: https://a.example/token, issuer: i, audience: a, privateKey: { env: A } }',
    '{ kind: jwt, issuer: i, audience: a, subject: s, keyId: k, privateKey: { env: A } }',
  ];
  for (const auth of auths) {
    it(`takes auth: ${auth}`, () => {
      assert.deepEqual(problemsOf(file(`{ role: crm, kind: hubspot, auth: ${auth} }`)), []);
    });
  }

  it('need not say what is the same for every system of its kind', () => {
    const auth = '{ kind: jwt-bearer, issuer: i, privateKey: { env: A } }';
    assert.deepEqual(problemsOf(file(`{ role: crm, kind: salesforce, url: 'https://a.example', auth: ${auth} }`)), []);
  });

  const auth = 'auth: { kind: bearer, token: { env: T } }';
  const refused: readonly [connection: string, problem: RegExp][] = [
    [
      `{ role: crm, kind: hubspot, ${auth}, colour: red }`,
      /^c\.yaml:3:\d+: connections\.acme\.one\.colour is not known here; use role,/,
    ],
    [
      `{ role: crn, kind: hubspot, ${auth} }`,
      /^c\.yaml:3:12: connections\.acme\.one\.role must be one of crm, helpdesk/,
    ],
    [
      `{ role: crm, kind: zendesk, url: 'https://a.example', ${auth} }`,
      /one\.kind must be one of hubspot, http, salesforce, none/,
    ],
    [`{ role: crm, ${auth} }`, /one needs kind/],
    ['{ role: crm, kind: hubspot }', /^c\.yaml:3:5: connections\.acme\.one needs auth/],
    [`{ role: crm, kind: salesforce, ${auth} }`, /needs url/],
    ["{ role: crm, kind: http, url: 'https://a.example' }", /needs settings/],
    ["{ role: crm, kind: http, url: 'https://a.example', settings: {} }", /settings needs path/],
    [
      `{ role: crm, kind: hubspot, url: api.hubapi.com, ${auth} }`,
      /url must be a URL that begins with https:\/\/ or http:/,
    ],
    [`{ role: crm, kind: hubspot, url: 'https://u:canary@a.example', ${auth} }`, /credentials belong in auth/],
    ['{ role: crm, kind: hubspot, auth: { kind: bearer, token: canary } }', /token must say where the secret is/],
    [
      '{ role: crm, kind: hubspot, auth: { kind: bearer, value: { env: A } } }',
      /needs token(.|\n)*value is not known here/,
    ],
    ['{ role: crm, kind: hubspot, auth: { kind: digest } }', /auth\.kind must be one of header, bearer, basic/],
    [`{ role: crm, kind: hubspot, ${auth}, rate: 0 }`, /rate must be a number of requests a second above 0/],
    [`{ role: crm, kind: hubspot, ${auth}, concurrency: 1.5 }`, /concurrency must be a whole number/],
    [
      `{ role: crm, kind: hubspot, ${auth}, settings: { notekey: a } }`,
      /notekey is not known here; use noteKey, leads/,
    ],
    [
      `{ role: crm, kind: hubspot, ${auth}, settings: { noteKey: 'A b' } }`,
      /noteKey must match .*: the unique field of notes/,
    ],
    [`{ role: crm, kind: hubspot, ${auth}, settings: { leads: all } }`, /leads must be one of contact, lead/],
    [`{ role: crm, kind: hubspot, ${auth}, settings: { condition: 'no' } }`, /condition is no condition/],
    [`{ role: crm, kind: none, ${auth} }`, /auth is not known here/],
    ['[]', /must be a table/],
    ['{ role: crm', /^c\.yaml:4:1: is not valid YAML/],
  ];
  for (const [connection, problem] of refused) {
    it(`refuses ${connection}`, () => {
      const described = problemsOf(file(connection)).join('\n');
      assert.match(described, problem);
      assert.doesNotMatch(described, /canary/);
    });
  }

  it('refuses names that cannot be part of a key, and the same name twice', () => {
    assert.match(problemsOf('connections: { "a/b": {} }')[0] ?? '', /^c\.yaml:1:16: connections\.a\/b must be a name/);
    assert.match(problemsOf('connections: { a: { b c: {} } }')[0] ?? '', /must be a name/);
    assert.match(problemsOf('connections: { a: {}, a: {} }')[0] ?? '', /duplicated mapping key/);
  });

  it('names at most twenty problems, and says how many there are', () => {
    const many = Array.from({ length: 30 }, (_, n) => `  t${n}: { one: {} }\n`).join('');
    const described = problemsOf(`connections:\n${many}`);
    assert.equal(described.length, 21);
    assert.match(described.at(-1) ?? '', /\d+ more$/);
  });
});
