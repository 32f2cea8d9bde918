import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ConfigError } from '@switchboard/service';
import { openTestCallers } from '../fixtures/index.ts';

const HASH = 'a'.repeat(64);
const key = (sha256 = HASH) => `apiKeys: [{ name: main, sha256: ${sha256} }]`;
const environment = { SECRET: 'canary-secret-0123', SHORT: 'canary' };

/** The problems of a file with these entries, without the path. */
async function problemsOf(t: TestContext, text: string, files = {}): Promise<string[]> {
  try {
    await openTestCallers(t, text, { environment, files });
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    assert.doesNotMatch(error.message, /canary/);
    return error.problems.map((problem) => problem.replace(/^\S*callers\.yaml:/, ''));
  }
  return [];
}

describe('problems of the callers file', () => {
  it('have a line, a column and what to do', async (t) => {
    const lines = [
      'callers:',
      '  - name: assistant',
      '    tenant: acme corp',
      '    scopes: [context:reed]',
      '    apiKeys:',
      '      - name: main',
      '        sha256: canary-key-instead-of-its-hash',
      '        expires: soon',
    ];
    assert.deepEqual(await problemsOf(t, lines.join('\n')), [
      '3:5: callers[0].tenant must be letters, digits, - and _, up to 63 of them',
      '7:9: callers[0].apiKeys[0].sha256 must be the SHA-256 of a key, 64 digits of hex: `npm run switchboard -- keys new` prints it',
      '8:9: callers[0].apiKeys[0].expires must be an ISO 8601 time such as 2027-01-31',
    ]);
  });

  it('are found in what the form allows', async (t) => {
    for (const [entries, expected] of [
      [
        '- { name: a, tenant: t, scopes: [], hmac: { secrets: [{ env: SECRET }], timestampHeader: t, toleranceSeconds: 900 } }',
        /hmac\.toleranceSeconds is at most 300 for a caller$/,
      ],
      [
        '- { name: a, tenant: t, scopes: [act-for], hmac: { secrets: [{ env: SECRET }] } }',
        /^2:34: callers\[0\]\.scopes\[0\] is for apiKeys only/,
      ],
      [
        `- { name: a, tenant: t, scopes: [context:reed], ${key()} }`,
        /^2:34: callers\[0\]\.scopes\[0\] is no scope; there are context:read, /,
      ],
      ['- { name: a, tenant: t, scopes: [] }', /^2:3: callers\[0\] needs one of apiKeys, jwt and hmac/],
      [
        `- { name: a, tenant: t, scopes: [], ${key()}, jwt: { issuer: i, audience: a, jwksUrl: "https://a" } }`,
        /needs one of/,
      ],
      [`- { name: a, tenant: t, scopes: [], ${key()}, colour: red }`, /colour/],
      [
        `- { name: a, tenant: t, scopes: [], ${key()} }\n- { name: a, tenant: t, scopes: [], ${key('b'.repeat(64))} }`,
        /^3:5: callers\[1\]\.name is the name of another/,
      ],
      [
        `- { name: a, tenant: t, scopes: [], ${key()} }\n- { name: b, tenant: t, scopes: [], ${key()} }`,
        /^3:.*sha256 is in the file twice/,
      ],
      ['- { name: a, tenant: t, scopes: [], jwt: { issuer: i, audience: a } }', /jwt needs jwksUrl or publicKeyFile/],
      [
        '- { name: a, tenant: t, scopes: [], jwt: { issuer: i, audience: a, jwksUrl: "ftp://a" } }',
        /must be the address of a JSON Web Key Set/,
      ],
      [
        '- { name: a, tenant: t, scopes: [], jwt: { issuer: i, audience: a, jwksUrl: "https://a", algorithms: [HS256] } }',
        /algorithms/,
      ],
      [
        '- { name: a, tenant: t, scopes: [], jwt: { issuer: i, audience: a, publicKeyFile: nowhere.pem } }',
        /must be a public key in PEM: nowhere\.pem \(ENOENT\)/,
      ],
      [
        '- { name: a, tenant: t, scopes: [], jwt: { issuer: i, audience: a, publicKeyFile: wrong.pem } }',
        /must be a public key in PEM/,
      ],
      [
        '- &a { name: a, tenant: t, scopes: [], jwt: { issuer: i, audience: a, jwksUrl: "https://a" } }\n- { <<: *a, name: b }',
        /colour|<</,
      ],
      [
        '- { name: a, tenant: t, scopes: [], hmac: { secrets: [{ env: NONE }] } }',
        /secrets\[0\] needs the environment variable NONE/,
      ],
      ['- { name: a, tenant: t, scopes: [], hmac: { secrets: [{ env: SHORT }] } }', /is shorter than 16 characters/],
      [
        '- { name: a, tenant: t, scopes: [], hmac: { secrets: [{ env: SECRET }], content: "{url}{body}" } }',
        /must have a publicUrl/,
      ],
      ['- { name: a, tenant: t, scopes: [], hmac: { secrets: [canary-in-place] } }', /secrets\[0\]/],
      [`- { name: a, tenant: t, scopes: [], ${key()}, customer: { email: email } }`, /customer needs hmac/],
    ] as const) {
      const [first = ''] = await problemsOf(t, `callers:\n${entries}`, { 'wrong.pem': 'canary' });
      assert.match(first, expected, entries);
    }
  });

  it('are at most 20, and those of a bomb of aliases one', async (t) => {
    const many = Array.from({ length: 50 }, (_, index) => `  - { name: a${index}, tenant: t, scopes: [] }`);
    assert.equal((await problemsOf(t, `callers:\n${many.join('\n')}`)).length, 20);
    const levels = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join()}]`);
    assert.match((await problemsOf(t, `a0: &a0 [x]\n${levels.join('\n')}`)).join(), /too many aliases/);
  });

  it('are not the same secret twice, and 20 callers may sign with one header', async (t) => {
    const signer = (n: number) => `  - { name: s${n}, tenant: t, scopes: [], hmac: { secrets: [{ env: SECRET }] } }`;
    const file = (length: number) => `callers:\n${Array.from({ length }, (_, n) => signer(n)).join('\n')}`;
    assert.deepEqual(await problemsOf(t, file(20)), []);
    assert.match((await problemsOf(t, file(21))).join(), /is the header of 20 other callers/);
  });
});
