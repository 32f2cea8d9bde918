import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { caller } from '../../fixtures/calls.ts';
import type { SystemName } from '../effect.ts';
import { type Sandbox, startSandbox } from '../start-sandbox.ts';

let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox();
});
after(() => sandbox.close());

const ADF_ERROR = { errorMessages: ['Client must be authenticated to access this resource.'], errors: {} };

/** The 401 and the unknown route of each API. */
const SHAPES: [system: SystemName, refused: object, unknown: { status: number; body: unknown }][] = [
  [
    'hubspot',
    { status: 'error', category: 'INVALID_AUTHENTICATION' },
    { status: 404, body: { category: 'OBJECT_NOT_FOUND' } },
  ],
  ['zendesk', { error: "Couldn't authenticate you" }, { status: 404, body: { error: 'InvalidEndpoint' } }],
  ['freshdesk', { code: 'invalid_credentials' }, { status: 404, body: undefined }],
  ['jira', ADF_ERROR, { status: 404, body: { 'status-code': 404 } }],
  ['helpdesk', {}, { status: 404, body: {} }],
  ['chat', { error: { code: 'unauthorized', message: 'the API key is missing or wrong' } }, { status: 404, body: {} }],
  ['embeddings', {}, { status: 404, body: {} }],
  ['shop', { code: 'unauthorized' }, { status: 404, body: { code: 'not_found' } }],
];

for (const [system, refused, unknown] of SHAPES) {
  describe(system, () => {
    for (const authorization of ['', 'Bearer wrong', 'Basic d3Jvbmc6d3Jvbmc=', 'Basic %%%', 'nonsense']) {
      it(`refuses the authorization "${authorization}" in its own shape`, async () => {
        const { status, body } = await caller(sandbox, system)('POST', '/anything', {}, { authorization });
        assert.equal(status, 401);
        assert.partialDeepStrictEqual(body, refused);
        assert.equal(sandbox.effects(system).at(-1)?.kind, 'refused');
      });
    }

    it('refuses an unknown route in its own shape', async () => {
      const { status, body } = await caller(sandbox, system)('POST', '/no/such/route', {});
      assert.equal(status, unknown.status);
      if (unknown.body === undefined) assert.equal(body, undefined);
      else assert.partialDeepStrictEqual(body, unknown.body as object);
    });

    it('refuses broken JSON in its own shape', async () => {
      const { status } = await caller(sandbox, system)('POST', '/no/such/route', '{"a":');
      assert.equal(status, 400);
    });
  });
}
