import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type Call, caller } from '../../fixtures/calls.ts';
import { credentials } from '../credentials.ts';
import { type Sandbox, startSandbox } from '../start-sandbox.ts';

const { clientId, clientSecret, username } = credentials.salesforce;
const keys = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const DATA = '/services/data/v65.0';
const CONTACT = `${DATA}/sobjects/Contact/Switchboard_Id__c`;

let sandbox: Sandbox;
let call: Call;
let bearer: Record<string, string>;
before(async () => {
  sandbox = await startSandbox({ salesforcePublicKey: keys.publicKey });
  call = (method, path, body) => caller(sandbox, 'salesforce')(method, path, body, bearer);
});
after(() => sandbox.close());
beforeEach(async () => {
  sandbox.reset();
  bearer = { authorization: `Bearer ${(await token(withSecret)).body.access_token}` };
});

const withSecret = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
const token = (form: Record<string, string>) =>
  caller(sandbox, 'salesforce')('POST', '/services/oauth2/token', new URLSearchParams(form).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
  });

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
function assertion(changes: object = {}, key = keys.privateKey): Record<string, string> {
  const exp = Math.floor(Date.now() / 1_000) + 300;
  const signed = `${part({ alg: 'RS256' })}.${part({ iss: clientId, sub: username, aud: sandbox.url, exp, ...changes })}`;
  const signature = sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url');
  return { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: `${signed}.${signature}` };
}

describe('the token endpoint', () => {
  it('issues a working token for the secret or a signed JWT', async () => {
    for (const form of [withSecret, assertion()]) {
      const { status, body } = await token(form);
      assert.equal(status, 200);
      const answer = await caller(sandbox, 'salesforce')('GET', `${DATA}/query?q=SELECT+Id+FROM+Contact`, undefined, {
        authorization: `Bearer ${body.access_token}`,
      });
      assert.equal(answer.status, 200);
    }
  });

  it('refuses wrong secrets, and JWTs that are forged, expired, valid for too long, or issued to another user', async () => {
    const stranger = generateKeyPairSync('rsa', {
      modulusLength: 2_048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const now = Math.floor(Date.now() / 1_000);
    const cases: [form: Record<string, string>, error: string][] = [
      [{ ...withSecret, client_secret: 'wrong' }, 'invalid_client'],
      [{ ...withSecret, client_id: 'wrong' }, 'invalid_client_id'],
      [{ ...withSecret, grant_type: 'password' }, 'unsupported_grant_type'],
      [assertion({}, stranger.privateKey), 'invalid_grant'],
      [assertion({ exp: now - 1 }), 'invalid_grant'],
      [assertion({ exp: now + 3_600 }), 'invalid_grant'],
      [assertion({ iss: 'somebody' }), 'invalid_client_id'],
      [assertion({ sub: 'somebody' }), 'invalid_grant'],
      [{ ...assertion(), assertion: 'nonsense' }, 'invalid_grant'],
    ];
    for (const [form, error] of cases) {
      const { status, body } = await token(form);
      assert.deepEqual([status, body.error], [400, error]);
    }
  });

  it('keeps no secret of a request', async () => {
    await token(assertion());
    assert.doesNotMatch(JSON.stringify(sandbox.effects()), /client-secret|assertion":"ey/);
  });

  it('revokes its tokens on a fault', async () => {
    sandbox.fault('salesforce', { expireTokens: true });
    const { status, body } = await call('GET', `${DATA}/query?q=SELECT+Id+FROM+Contact`);
    assert.equal(status, 401);
    assert.equal(body[0].errorCode, 'INVALID_SESSION_ID');
    assert.equal((await token(withSecret)).status, 200);
    assert.deepEqual((await caller(sandbox)('GET', '/faults')).body, []);
  });
});

describe('records', () => {
  it('are created, then updated, by their external id', async () => {
    const created = await call('PATCH', `${CONTACT}/a%2Fb`, { LastName: 'Doe', Email: 'jane@shop.example' });
    assert.deepEqual([created.status, created.body.created], [201, true]);
    const updated = await call('PATCH', `${CONTACT}/a%2Fb`, { FirstName: 'Jane' });
    assert.deepEqual([updated.status, updated.body.created, updated.body.id], [200, false, created.body.id]);
    const { body } = await call('GET', `${CONTACT}/a%2Fb`);
    assert.partialDeepStrictEqual(body, { FirstName: 'Jane', LastName: 'Doe', Switchboard_Id__c: 'a/b' });
    assert.equal((await call('PATCH', `${DATA}/sobjects/Contact/${body.Id}`, { FirstName: 'Janet' })).status, 204);
  });

  it('are updated without a body in versions before 46', async () => {
    const path = CONTACT.replace('v65.0', 'v45.0');
    assert.equal((await call('PATCH', `${path}/1`, { LastName: 'Doe' })).status, 201);
    assert.deepEqual(
      await call('PATCH', `${path}/1`, { LastName: 'Does' }).then(({ status, body }) => [status, body]),
      [204, undefined],
    );
  });

  it('answer 300 when several share the external id', async () => {
    for (const LastName of ['One', 'Two']) {
      await call('POST', `${DATA}/sobjects/Contact`, { LastName, Switchboard_Id__c: 'same' });
    }
    const { status, body } = await call('PATCH', `${CONTACT}/same`, { LastName: 'Three' });
    assert.equal(status, 300);
    assert.match(body[1], /^\/services\/data\/v65\.0\/sobjects\/Contact\/003/);
    assert.equal((await call('GET', `${CONTACT}/same`)).status, 300);
  });

  it('have one result each in a batch', async () => {
    const record = (fields: object) => ({ attributes: { type: 'Contact' }, ...fields });
    const path = `${DATA}/composite/sobjects/Contact/Switchboard_Id__c`;
    const records = [
      record({ Switchboard_Id__c: '1', LastName: 'Doe' }),
      record({ Switchboard_Id__c: '2' }),
      record({ LastName: 'Nobody' }),
      record({ Switchboard_Id__c: '3', LastName: 'Doe', Email: 'no mail' }),
    ];
    const { status, body } = await call('PATCH', path, { allOrNone: false, records });
    assert.equal(status, 200);
    assert.deepEqual(
      body.map(({ success, errors }: { success: boolean; errors: { statusCode: string }[] }) => [
        success,
        errors[0]?.statusCode,
      ]),
      [
        [true, undefined],
        [false, 'REQUIRED_FIELD_MISSING'],
        [false, 'MISSING_ARGUMENT'],
        [false, 'INVALID_EMAIL_ADDRESS'],
      ],
    );
    const many = await call('PATCH', path, { records: Array.from({ length: 201 }, () => record({})) });
    assert.equal(many.status, 400);
  });

  it('are refused with the names of the invalid fields', async () => {
    const cases: [fields: object, code: string, field: string][] = [
      [{}, 'REQUIRED_FIELD_MISSING', 'LastName'],
      [{ LastName: 'x'.repeat(81) }, 'STRING_TOO_LONG', 'LastName'],
      [{ LastName: 'Doe', Email: 'nobody' }, 'INVALID_EMAIL_ADDRESS', 'Email'],
      [{ LastName: 'Doe', Switchboard_Id__c: '1' }, 'INVALID_FIELD', 'Switchboard_Id__c'],
    ];
    for (const [fields, code, field] of cases) {
      const { status, body } = await call('PATCH', `${CONTACT}/1`, fields);
      assert.deepEqual([status, body[0].errorCode, body[0].fields], [400, code, [field]]);
    }
    assert.equal((await call('PATCH', `${DATA}/sobjects/Nothing/Id__c/1`, {})).body[0].errorCode, 'NOT_FOUND');
  });

  it('are queried by e-mail address or external id', async () => {
    await call('PATCH', `${CONTACT}/1`, { LastName: "O'Doe", Email: 'jane@shop.example' });
    await call('PATCH', `${DATA}/sobjects/Task/Event_Id__c/e-1`, { Subject: 'Conversation', Status: 'Completed' });
    const query = (q: string) => call('GET', `${DATA}/query?q=${encodeURIComponent(q)}`);
    const mail = await query(
      "SELECT Id, LastName FROM Contact WHERE Email = 'JANE@shop.example' AND LastName = 'O\\'Doe' LIMIT 1",
    );
    assert.deepEqual([mail.body.totalSize, mail.body.records[0].LastName], [1, "O'Doe"]);
    assert.equal((await query("SELECT Id FROM Task WHERE Event_Id__c = 'e-1'")).body.totalSize, 1);
    assert.equal((await query("SELECT Id FROM Task WHERE Event_Id__c = 'e-2'")).body.totalSize, 0);
    assert.equal((await query('SELECT nonsense')).body[0].errorCode, 'MALFORMED_QUERY');
  });
});
