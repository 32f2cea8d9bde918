import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sign } from '@octokit/webhooks-methods';
import { githubBodies } from '../../fixtures/bodies/github.ts';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { knowsFullBodies } from '../../fixtures/full-bodies.ts';
import { invalid, judge, VALID } from '../../fixtures/judge.ts';
import { bodyOf, createMapper, ISO, NOW, NUMBER } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
import { github } from './github.ts';

const secrets = ["It's a Secret to Everybody"] as const;
const SIGNATURE = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
const judgeSigned = (body: string, signature: string | undefined) =>
  judge(github, { secrets, headers: { 'x-hub-signature-256': signature }, body });

describe('GitHub', () => {
  passesEveryProvider(github, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    covers: { body: true, time: false },
  });

  mapsItsExamples(github, {
    'workflow_run failed': [
      {
        type: 'build.failed',
        id: `${NUMBER}-1`,
        at: ISO,
        fields: {
          buildId: String(NUMBER),
          buildNumber: '562',
          service: 'Hello-World',
          pipeline: 'Build',
          status: 'failure',
          repository: 'octocat/Hello-World',
          branch: 'main',
          commit: 'acb5820ced9479c074f688cc328bf03f341a511d',
          commitMessage: 'Round totals to the cent',
          author: 'octocat',
          attempt: 1,
          url: 'https://github.com/octocat/Hello-World/actions/runs/30433642',
          startedAt: NOW,
          failedAt: NOW,
        },
      },
    ],
    'workflow_run succeeded': [],
    deployment_status: [
      {
        type: 'deploy.finished',
        id: NUMBER,
        at: ISO,
        fields: {
          deploymentId: String(NUMBER),
          service: 'Hello-World',
          environment: 'production',
          status: 'success',
          repository: 'octocat/Hello-World',
          branch: 'main',
          commit: 'acb5820ced9479c074f688cc328bf03f341a511d',
          author: 'octocat',
          description: 'All health checks pass.',
          url: 'https://github.com/octocat/Hello-World/actions/runs/1',
          environmentUrl: 'https://shop.example.com',
          startedAt: NOW,
          finishedAt: NOW,
        },
      },
    ],
  });

  knowsFullBodies(github, githubBodies);

  it("accepts the documentation's example", async () => {
    assert.deepEqual(await judgeSigned('Hello, World!', SIGNATURE), VALID);
  });

  it("accepts what GitHub's library signs", async () => {
    assert.deepEqual(await judgeSigned('{"a":1}', await sign(secrets[0], '{"a":1}')), VALID);
  });

  it('refuses a flipped byte, another form and a missing header', async () => {
    assert.deepEqual(await judgeSigned('Hello, World?', SIGNATURE), invalid('mismatch'));
    assert.deepEqual(await judgeSigned('Hello, World!', 'sha1=00'), invalid('form'));
    assert.deepEqual(await judgeSigned('Hello, World!', undefined), invalid('missing'));
  });

  it('answers the ping of a new webhook', () => {
    const body = { zen: 'Keep it logically awesome.', hook_id: 1, hook: {} };
    assert.equal(github.handshake?.({ body, headers: { 'x-github-event': 'ping' } })?.status, 200);
    assert.equal(github.handshake?.({ body, headers: { 'x-github-event': 'push' } }), undefined);
    assert.equal(github.handshake?.({ body: {}, headers: { 'x-github-event': 'ping' } }), undefined);
  });

  describe('as a form, which is the default content type', () => {
    const formOf = (json: string) => ({ payload: json });

    it('is accepted, and signed as it is sent', async () => {
      assert.deepEqual(github.bodies, ['json', 'form']);
      const body = new URLSearchParams(formOf('{"zen":"Anything added dilutes everything else."}')).toString();
      assert.deepEqual(await judgeSigned(body, await sign(secrets[0], body)), VALID);
    });

    it('answers the ping', () => {
      const headers = { 'x-github-event': 'ping' };
      assert.equal(github.handshake?.({ body: formOf('{"zen":"Design for failure."}'), headers })?.status, 200);
      assert.equal(github.handshake?.({ body: formOf('{}'), headers }), undefined);
    });

    it('becomes the same events as JSON', () => {
      const map = createMapper(github);
      for (const example of github.examples) {
        const body = bodyOf(example);
        assert.deepEqual(map(formOf(JSON.stringify(body)), example.headers), map(body, example.headers));
      }
    });

    it('is kept as it came if it holds no JSON', () => {
      const body = formOf('{');
      assert.deepEqual(github.split?.({ body, headers: {} }), [body]);
    });
  });
});
