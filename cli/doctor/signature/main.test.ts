import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { runProgram } from '@switchboard/deploy/fixtures/program';
import { providers } from '@switchboard/providers';

const SECRET = 'canary-secret-0123';
const BODY = '{"canary":"body"}';
const SOURCES = `
sources:
  team: { tenant: acme, scheme: slack, secrets: [{ env: TEAM_SECRET }] }
  shop: { tenant: acme, scheme: platform, secrets: [{ env: SHOP_SECRET }] }
  calls: { tenant: acme, scheme: twilio, secrets: [{ env: SHOP_SECRET }], publicUrl: https://a.example/webhooks/calls }
  broken: { tenant: acme, scheme: slack, secrets: [{ env: NOT_SET }] }
`;

async function start(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'doctor-signature-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const write = async (name: string, content: string): Promise<string> => {
    await writeFile(join(directory, name), content);
    return join(directory, name);
  };
  const variables = {
    SOURCES_FILE: await write('sources.yaml', SOURCES),
    TEAM_SECRET: SECRET,
    SHOP_SECRET: 'canary-secret-4567',
  };
  const doctor = async (...args: string[]) => {
    const program = runProgram(join(import.meta.dirname, '../../main.ts'), ['doctor', 'signature', ...args], variables);
    const code = await program.exit;
    assert.doesNotMatch(program.output, /canary-secret|"body"|[0-9a-f]{64}/);
    return { code, output: program.output };
  };
  return { write, doctor, body: await write('body', BODY) };
}

const lines = (headers: Record<string, string>, start = ''): string =>
  Object.entries(headers)
    .map(([name, value]) => `${start}${name}: ${value}\n`)
    .join('');

const message = { method: 'POST', url: 'https://a.example/webhooks/calls?a=1', body: Buffer.from(BODY) };

describe('npm run switchboard -- doctor signature', () => {
  it('exits with 0 for a right signature, of a source or a scheme', async (t) => {
    const { write, doctor, body } = await start(t);
    const headers = await write('headers', lines(await providers.slack.sign(message, SECRET, Date.now())));
    const right = { code: 0, output: 'The signature is right.\n' };
    assert.deepEqual(await doctor('--source', 'team', '--headers', headers, '--body', body), right);
    const scheme = ['--scheme', 'slack', '--secret-env', 'TEAM_SECRET'];
    assert.deepEqual(await doctor(...scheme, '--headers', headers, '--body', body), right);
  });

  it('reads what curl -v shows, and the query that was called', async (t) => {
    const { write, doctor, body } = await start(t);
    const signed = await providers.twilio.sign(message, 'canary-secret-4567', 0);
    const curl = await write(
      'curl',
      `> POST /in?a=1 HTTP/1.1\n> Host: 10.0.0.1\n${lines(signed, '> ')}> \n< HTTP/1.1 401\n`,
    );
    const { code, output } = await doctor('--source', 'calls', '--curl', curl, '--body', body);
    assert.deepEqual([code, output], [0, 'The signature is right.\n']);
  });

  it('exits with 1 and says why for a wrong one, also by the secrets of other sources', async (t) => {
    const { write, doctor, body } = await start(t);
    const signed = await providers.slack.sign(message, 'canary-secret-4567', Date.now());
    const headers = await write('headers', lines(signed));
    const { code, output } = await doctor('--source', 'team', '--headers', headers, '--body', body);
    assert.equal(code, 1);
    assert.match(output, /^The signature fits the secret of the source shop\./);
  });

  it('judges the time at which the request arrived', async (t) => {
    const { write, doctor, body } = await start(t);
    const at = Date.UTC(2026, 0, 15);
    const headers = await write('headers', lines(await providers.slack.sign(message, SECRET, at)));
    const args = ['--source', 'team', '--headers', headers, '--body', body];
    assert.equal((await doctor(...args, '--at', '2026-01-15T00:04:00Z')).code, 0);
    const late = await doctor(...args, '--at', '2026-01-15T00:06:00Z');
    assert.equal(late.code, 1);
    assert.match(late.output, /360 s behind ours; 300 s are allowed/);
  });

  it('explains itself', async (t) => {
    const { doctor } = await start(t);
    const { code, output } = await doctor('--help');
    assert.equal(code, 0);
    for (const option of ['--source', '--scheme', '--headers', '--curl', '--body', '--url', '--at'])
      assert.match(output, new RegExp(`^ +${option} `, 'm'));
  });

  it('exits with 2 for what it cannot understand', async (t) => {
    const { write, doctor } = await start(t);
    const headers = await write('headers', 'X-A: 1\n');
    const cases: readonly (readonly [args: readonly string[], problem: RegExp])[] = [
      [[], /Give either --headers or --curl/],
      [['--headers', headers], /Give either --source or --scheme/],
      [['--headers', '/no/file', '--source', 'team'], /--headers: \/no\/file cannot be read \(ENOENT\)/],
      [['--headers', headers, '--source', 'nobody'], /has no source nobody/],
      [['--headers', headers, '--source', 'broken'], /needs the environment variable NOT_SET/],
      [['--headers', headers, '--scheme', 'slak'], /There is no scheme slak; there are/],
      [['--headers', headers, '--source', 'team', '--at', 'noon'], /--at must be an ISO 8601 time/],
      [['--colour'], /--colour/],
    ];
    for (const [args, problem] of cases) {
      const { code, output } = await doctor(...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(output, problem);
      assert.match(output, /doctor signature --help/);
    }
  });
});
