import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runProgram } from '@switchboard/deploy/fixtures/program';
import { runOps } from './run.ts';

async function ops(argv: readonly string[], variables: Record<string, string> = {}) {
  let [out, err] = ['', ''];
  const code = await runOps(argv, {
    variables,
    signal: new AbortController().signal,
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, out, err };
}

describe('npm run ops', () => {
  it('says what there is, in lines of a terminal', async () => {
    const { code, out } = await ops(['--help']);
    assert.equal(code, 0);
    assert.match(out, /dlq redrive --service <name>/);
    for (const line of out.split('\n')) assert.ok(line.length <= 120, line);
    assert.equal((await ops([])).code, 2);
  });

  const commands = [
    'status',
    'lag',
    'drift',
    'event',
    'conversation',
    'dlq list',
    'dlq show',
    'dlq redrive',
    'dlq purge',
  ];
  const more = ['quarantine list', 'quarantine show', 'quarantine resubmit', 'messages list', 'messages retry'];
  for (const command of [...commands, ...more, 'dlq', 'quarantine', 'messages']) {
    it(`explains ${command} with --help and -h, and asks nothing of the stack`, async () => {
      for (const flag of ['--help', '-h']) {
        const { code, out, err } = await ops([...command.split(' '), flag], { KAFKA_BROKERS: '127.0.0.1:1' });
        assert.deepEqual([code, err], [0, '']);
        assert.match(out, new RegExp(`^npm run ops -- ${command} `));
        for (const line of out.split('\n')) assert.ok(line.length <= 120, line);
      }
      const { out } = await ops(['help', ...command.split(' ')]);
      assert.match(out, new RegExp(`^npm run ops -- ${command} `));
    });
  }

  it('explains every option of a command', async () => {
    const { out } = await ops(['dlq', 'redrive', '--help']);
    for (const option of ['--service <name>', '--code <code>', '--rate <number>', '--dry-run', '-h, --help']) {
      assert.match(out, new RegExp(`^  ${option} +\\S`, 'm'));
    }
  });

  const wrong: readonly (readonly [argv: string, sentence: RegExp])[] = [
    ['dlq', /There is no command dlq\./],
    ['dlq lisst', /There is no command dlq lisst\./],
    ['dlq list --colour', /Unknown option '--colour'/],
    ['dlq list --rate 5', /--rate does not go with this command/],
    ['dlq list --since yesterday', /--since is a time ago such as 15m/],
    ['dlq redrive --all', /--service <name>/],
    ['dlq redrive --service a --service b --all', /One --service at a time/],
    ['dlq redrive --service a --all --rate fast', /--rate is a number/],
    ['dlq show --service a', /It is: dlq show/],
    ['event', /It is: event <id>/],
    ['lag everything', /It is: lag/],
    ['drift --service shop', /--service does not go with this command/],
    ['lag --service', /'--service <value>' argument missing/],
    ['lag --all=yes', /'--all' does not take an argument/],
    ['dlq list --since -1h', /argument is ambiguous/],
    ['dlq list --limit -h', /argument is ambiguous/],
    ['dlq list -x', /Unknown option '-x'/],
    ['dlq lisst --help', /There is no command dlq lisst\./],
    ['messages retry', /--all/],
    ['quarantine resubmit', /--all/],
  ];
  for (const [argv, sentence] of wrong) {
    it(`answers "${argv}" with 2 and one sentence`, async () => {
      const { code, out, err } = await ops(argv.split(' '), {
        KAFKA_BROKERS: '127.0.0.1:1',
      });
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, sentence);
      assert.equal(err.split('\n').length, 1);
    });
  }

  it('does not do in earnest what was meant to be tried, when npm has taken the --dry-run', async () => {
    const swallowed = { KAFKA_BROKERS: '127.0.0.1:1', npm_config_dry_run: 'true' };
    const { code, err } = await ops(['quarantine', 'resubmit', '3-12'], swallowed);
    assert.equal(code, 2);
    assert.match(err, /npm run ops -- /);
  });

  it('says in one sentence what does not answer, and which variable says where it is', async () => {
    const kafka = await ops(['dlq', 'list', '--service', 'ticketing'], {
      KAFKA_BROKERS: '127.0.0.1:1',
      REDIS_URL: 'redis://127.0.0.1:1',
    });
    assert.equal(kafka.code, 1);
    assert.match(kafka.err, /KAFKA_BROKERS|REDIS_URL/);
    const redis = await ops(['dlq', 'list'], {
      REDIS_URL: 'redis://:hidden@127.0.0.1:1',
      KAFKA_BROKERS: '127.0.0.1:1',
    });
    assert.match(redis.err, /^Redis does not answer at 127\.0\.0\.1:1: start it, or set REDIS_URL\.$/);
  });

  it('answers a variable that is no URL with one sentence', async () => {
    for (const variables of [{ REDIS_URL: 'nonsense' }, { KAFKA_BROKERS: 'no host:x' }, { REDIS_URL: 'http://[' }]) {
      const { code, err } = await ops(['dlq', 'list'], { REDIS_URL: 'redis://127.0.0.1:1', ...variables });
      assert.equal(code, 1);
      assert.equal(err.split('\n').length, 1, err);
    }
  });

  it('ends by itself, with the code, as a process', async () => {
    const program = runProgram(join(import.meta.dirname, '../main.ts'), ['ops', 'lag', '--json'], {
      KAFKA_BROKERS: '127.0.0.1:1',
    });
    assert.equal(await program.exit, 1);
    assert.match(program.output, /^None of the brokers 127\.0\.0\.1:1 answers: .*KAFKA_BROKERS/);
  });
});
