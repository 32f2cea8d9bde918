import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { promisify } from 'node:util';
import { follow, type Program } from '@switchboard/deploy/fixtures/program';
import { findProgram } from '@switchboard/deploy/prometheus/programs';
import { alertRules } from '@switchboard/deploy/prometheus/rules';
import { credentials, type Sandbox, startSandbox } from '@switchboard/sandbox';
import { freePort } from '@switchboard/stack';
import { until } from '@switchboard/stack/until';

const root = join(import.meta.dirname, '../..');
let sandbox: Sandbox;
let directory: string;
let alertmanager: Program;
let url: string;

/** What the start command in docker-compose.yml fills in. */
function filled(text: string): string {
  const { token, alertsChannel } = credentials.slack;
  const values = { URL: `${sandbox.url}/slack`, TOKEN: token, CHANNEL: alertsChannel };
  return Object.entries(values).reduce(
    (result, [name, value]) => result.replace(`: ALERT_SLACK_${name}`, `: ${value}`),
    text,
  );
}

before(async () => {
  sandbox = await startSandbox();
  directory = await mkdtemp(join(tmpdir(), 'switchboard-alertmanager-'));
  const config = join(directory, 'alertmanager.yml');
  const shipped = await readFile(join(root, 'deploy/alertmanager/alertmanager.yml'), 'utf8');
  await writeFile(config, filled(shipped).replace(/group_wait: .*/, 'group_wait: 1s'));
  await promisify(execFile)(findProgram('amtool'), ['check-config', config]);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const args = [
    `--config.file=${config}`,
    `--storage.path=${directory}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  alertmanager = follow(
    spawn(findProgram('alertmanager'), [...args, '--cluster.listen-address='], { stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  await until('Alertmanager is ready', async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok);
});
after(async () => {
  alertmanager?.child.kill('SIGTERM');
  await alertmanager?.exit;
  await rm(directory, { recursive: true, force: true });
  await sandbox?.close();
});

it('what fires for many services is one message in Slack, with its severity and the link to the runbook', async () => {
  const rule = alertRules().find(({ alert }) => alert === 'DeadLetters');
  assert.ok(rule);
  const alerts = Array.from({ length: 20 }, (_, index) => ({
    labels: { alertname: rule.alert, service: `service-${index}`, ...rule.labels },
    annotations: {
      summary: `dead letters of service-${index} wait`,
      runbook_url: 'https://wiki.example/runbook.md#deadletters',
    },
  }));
  const response = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts),
  });
  assert.equal(response.status, 200);
  await until('Slack has it', () => sandbox.effects('slack').length > 0);
  const [effect, ...more] = sandbox.effects('slack');
  assert.ok(effect);
  assert.deepEqual(more, []);
  const { channel, attachments } = effect.body as { channel: string; attachments: Record<string, string>[] };
  assert.equal(effect.kind, 'effect', JSON.stringify(effect));
  assert.equal(channel, credentials.slack.alertsChannel);
  const [{ title, title_link, text = '' } = {}] = attachments;
  assert.equal(title, 'DeadLetters (warning)');
  assert.equal(title_link, 'https://wiki.example/runbook.md#deadletters');
  assert.match(text, /^dead letters of service-\d+ wait\n[\s\S]*\nand 10 more\nRunbook: https:\/\/wiki\.example/);
});
