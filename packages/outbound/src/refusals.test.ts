import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { against, GET } from '../fixtures/against.ts';
import { json } from '../fixtures/server.ts';
import type { OutboundRequest, Target } from './target.ts';

const POST: OutboundRequest = { method: 'POST', path: '/v1/things', body: {} };

async function codesOf(target: Target, count: number, request = POST): Promise<string[]> {
  const codes: string[] = [];
  for (let n = 0; n < count; n += 1) {
    codes.push(
      await target.request(request).then(
        () => 'ok',
        ({ code, retry }) => `${code} ${retry}`,
      ),
    );
  }
  return codes;
}

const FINAL = 'REJECTED never';
const PAUSES = 'AUTHENTICATION_FAILED when-available';

/** A target whose answer the test sets, by method. */
async function refusing(test: (target: Target, answers: Record<string, number>) => Promise<void>): Promise<void> {
  const answers: Record<string, number> = { GET: 200, POST: 403 };
  await against(
    (response, { method = '' }) => json(response, answers[method] ?? 500, {}),
    { auth: { kind: 'bearer', token: 'ours' } },
    (target) => test(target, answers),
  );
}

describe('a system that refuses', () => {
  for (const status of [403, 404]) {
    it(`ten requests in a row with ${status} refuses us: from the tenth on the service waits, and says why`, () =>
      refusing(async (target, answers) => {
        answers.POST = status;
        assert.deepEqual(await codesOf(target, 12), [...Array(9).fill(FINAL), ...Array(3).fill(PAUSES)]);
        assert.throws(() => target.check(), { message: new RegExp(`refuses us .*/v1/things was answered ${status}`) });
        answers.POST = 201;
        assert.deepEqual(await codesOf(target, 1), ['ok']);
        target.check();
        answers.POST = status;
        assert.deepEqual(await codesOf(target, 9), Array(9).fill(FINAL), 'the row starts again');
      }));
  }

  it('single requests, with successes between them, refuses these', () =>
    refusing(async (target, answers) => {
      for (let round = 0; round < 5; round += 1) {
        answers.POST = 403;
        assert.deepEqual(await codesOf(target, 9), Array(9).fill(FINAL));
        answers.POST = 200;
        await codesOf(target, 1);
      }
      target.check();
    }));

  it('what we write refuses us, although it lets us read', () =>
    refusing(async (target) => {
      const codes: string[] = [];
      for (let n = 0; n < 10; n += 1) codes.push(...(await codesOf(target, 1, GET)), ...(await codesOf(target, 1)));
      assert.equal(codes.at(-1), PAUSES);
      assert.equal(codes.filter((code) => code === FINAL).length, 9);
      assert.deepEqual(await codesOf(target, 1, GET), ['ok']);
      assert.throws(() => target.check(), /refuses us/);
    }));

  it('nothing by an answer that the caller accepts, unless the caller says so', () =>
    refusing(async (target, answers) => {
      answers.GET = 404;
      assert.deepEqual(await codesOf(target, 30, { ...GET, accept: [404] }), Array(30).fill('ok'));
      target.check();
      for (let n = 0; n < 9; n += 1) assert.equal(target.refusal(GET, 403), undefined);
      assert.equal(target.refusal(GET, 400), undefined);
      assert.equal(target.refusal(GET, 403)?.retry, 'when-available');
      assert.throws(() => target.check(), /refuses us/);
    }));

  it('our credentials for writing is seen until it takes a write, although it lets us read', () =>
    refusing(async (target, answers) => {
      answers.POST = 401;
      assert.deepEqual(await codesOf(target, 1), [PAUSES]);
      assert.deepEqual(await codesOf(target, 1, GET), ['ok']);
      assert.throws(() => target.check(), {
        code: 'AUTHENTICATION_FAILED',
        message: /^crm refuses our credentials .*answered 401/,
      });
      answers.POST = 200;
      assert.deepEqual(await codesOf(target, 1), ['ok']);
      target.check();
    }));

  it('our credentials in an answer of 200 is seen when the caller says so', () =>
    refusing(async (target, answers) => {
      answers.POST = 200;
      assert.deepEqual(await codesOf(target, 1), ['ok']);
      const error = target.credentialsRefused(POST, 'invalid_auth');
      assert.equal(`${error.code} ${error.retry}`, PAUSES);
      assert.throws(() => target.check(), /answered invalid_auth/);
      await codesOf(target, 1);
      target.check();
    }));

  it('our credentials is seen at once, until it takes them', () =>
    refusing(async (target, answers) => {
      answers.POST = 401;
      assert.deepEqual(await codesOf(target, 1), [PAUSES]);
      assert.throws(() => target.check(), /was answered 401/);
      answers.POST = 200;
      assert.deepEqual(await codesOf(target, 1), ['ok']);
      target.check();
    }));
});
