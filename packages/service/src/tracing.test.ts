import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { untraced } from '@switchboard/tracing';
import { startCollector } from '@switchboard/tracing/fixtures/collector';
import { ConfigError, readConfig } from './config.ts';
import { createLogger } from './logger.ts';
import { openTracing, tracingConfig } from './tracing.ts';

const logger = createLogger('test', 'silent');
const open = (variables: Record<string, string>) => openTracing('crm', readConfig(tracingConfig, variables), logger);

it('without an endpoint nothing is traced, and nothing of OpenTelemetry is loaded', async () => {
  assert.equal((await open({ OTEL_TRACES_SAMPLER_ARG: '0.5' })).tracer, untraced);
  const program = `
    import { registerHooks } from 'node:module';
    const asked = [];
    registerHooks({ resolve: (name, context, next) => (asked.push(name), next(name, context)) });
    const { runService } = await import('${new URL('./index.ts', import.meta.url)}');
    const { openTracing } = await import('${new URL('./tracing.ts', import.meta.url)}');
    const found = () => asked.some((name) => name.startsWith('@opentelemetry/sdk'));
    const loaded = [];
    for (const endpoint of [undefined, 'http://127.0.0.1:1']) {
      await openTracing('test', { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: '', OTEL_RESOURCE_ATTRIBUTES: '' });
      loaded.push(found());
    }
    console.log(loaded.join());`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  assert.equal(stdout.trim(), 'false,true');
});

it('the standard variables say where spans go, with which headers, and what they have in common', async () => {
  await using collector = await startCollector();
  const { tracer, close } = await open({
    OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.endpoint}/`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%2Cb, x-other=c=d',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=staging',
  });
  await tracer.span({ kind: 'client', name: 'GET crm', attributes: () => ({}) }, async () => {});
  await close();
  assert.equal(collector.spans[0]?.service, 'crm');
  assert.partialDeepStrictEqual(collector.headers[0], { 'x-key': 'a,b', 'x-other': 'c=d' });
  assert.match(collector.bodies[0] ?? '', /"staging"/);
});

it('docs/operating.md lists the variables', async () => {
  const documented = await readFile(new URL('../../../docs/operating.md', import.meta.url), 'utf8');
  for (const name of Object.keys(tracingConfig.properties)) assert.ok(documented.includes(`| \`${name}\``), name);
});

it('variables that cannot be used are named', () => {
  const wrong = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318',
    OTEL_EXPORTER_OTLP_HEADERS: 'key',
    OTEL_TRACES_SAMPLER: 'always_on',
    OTEL_TRACES_SAMPLER_ARG: '2',
  };
  assert.throws(
    () => readConfig(tracingConfig, wrong),
    (error) =>
      error instanceof ConfigError &&
      error.problems.length === 4 &&
      Object.keys(wrong).every((name) => error.message.includes(name)),
  );
});
