import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { portVariable, programs, sandbox, services } from '@switchboard/deploy/services';
import { outsideSystems } from '@switchboard/start/outside-systems';
import { DCLinter } from 'dclint';
import { parse } from 'yaml';

interface Container {
  image: string;
  build?: { args: { SERVICE: string } };
  restart: string;
  ports?: string[];
  environment?: Record<string, string>;
  healthcheck?: { disable?: boolean };
  security_opt?: string[];
  cap_drop?: string[];
  read_only?: boolean;
  mem_limit?: string;
  cpus?: number;
}

type Config = ConstructorParameters<typeof DCLinter>[0];
/** The package's own types do not resolve. */
interface Result {
  messages: { line: number; message: string }[];
}

const root = join(import.meta.dirname, '../..');
const file = join(root, 'docker-compose.yml');
const compose = parse(await readFile(file, 'utf8'), { merge: true }) as { services: Record<string, Container> };
const containers = Object.entries(compose.services);
/** They serve only their operations port over HTTP. */
const WITHOUT_API = ['crm-sync', 'ticketing'];
/** Their start scripts write files next to the program. */
const WRITABLE = ['kafka', 'registry', 'kafka-ui'];

describe('docker-compose.yml', () => {
  it('is accepted by dclint', () => {
    const off = 0;
    const rules: Config['rules'] = {
      'require-quotes-in-ports': [2, { quoteType: 'double' }],
      // Images are built here, and can be pushed and pulled by name.
      'no-build-and-image': off,
      // The older docker-compose, which also checks this file, does not know the name.
      'require-project-name-field': off,
      // Related settings stay together.
      'services-alphabetical-order': off,
      'service-keys-order': off,
      'top-level-properties-order': off,
    };
    const results: Result[] = new DCLinter({ rules, quiet: false, debug: false, exclude: [] }).lintFiles([file], false);
    assert.equal(results.length, 1);
    assert.deepEqual(
      results.flatMap(({ messages }) => messages.map(({ line, message }) => `${line}: ${message}`)),
      [],
    );
  });

  it('runs every program in a separate image', () => {
    const built = containers.filter(([, { build }]) => build !== undefined);
    assert.deepEqual(built.map(([name]) => name).sort(), [...programs].sort());
    for (const [name, { build, image }] of built) {
      assert.equal(build?.args.SERVICE, name);
      assert.equal(image, `\${SWITCHBOARD_IMAGES:-switchboard}/${name}:\${SWITCHBOARD_VERSION:-local}`);
    }
  });

  it('gives the services the same settings as npm start', () => {
    for (const { name } of services) {
      const outside = outsideSystems(name, {
        sandboxUrl: 'http://sandbox:8080',
        smtpPort: sandbox.smtpPort,
        searchUrl: 'http://kb-indexer:8080',
        actionsUrl: 'http://actions:8080',
        contextUrl: 'http://flows:8080',
        directory: '/data',
      });
      const { environment = {} } = compose.services[name] as Container;
      for (const [variable, value] of Object.entries(outside)) {
        const given = environment[variable]?.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
        assert.equal(given, value.replace('127.0.0.1', 'sandbox'), `${name}: ${variable}`);
      }
    }
  });

  it('publishes on loopback only, with the ports of npm start', () => {
    for (const [name, { ports = [] }] of containers) {
      for (const port of ports) assert.match(port, /^127\.0\.0\.1:\$\{[A-Z_]+_PORT:-\d+\}:\d+$/, name);
    }
    for (const service of [...services, sandbox]) {
      const [published] = compose.services[service.name]?.ports ?? [];
      const expected = `127.0.0.1:\${${portVariable(service)}:-${service.port}}:8080`;
      assert.equal(published, WITHOUT_API.includes(service.name) ? undefined : expected, service.name);
    }
  });

  it('lets the services reach the sandbox by name', () => {
    assert.equal(compose.services.sandbox?.environment?.ALLOWED_HOSTS, 'sandbox');
  });

  it('does not publish probes, health and metrics, which Prometheus scrapes inside', async () => {
    const [, port = ''] =
      /^ENV .*\bOPS_PORT=(\d+)/m.exec(await readFile(join(root, 'deploy/docker/Dockerfile'), 'utf8')) ?? [];
    const prometheus = parse(await readFile(join(root, 'deploy/prometheus/prometheus.yml'), 'utf8'));
    assert.equal(String(prometheus.scrape_configs[0].dns_sd_configs[0].port), port);
    for (const [name, { build, ports = [] }] of containers) {
      if (build !== undefined) assert.ok(!ports.some((published) => published.endsWith(`:${port}`)), name);
    }
  });

  for (const [name, container] of containers) {
    it(`limits ${name} and checks its health`, () => {
      assert.deepEqual(container.security_opt, ['no-new-privileges:true']);
      assert.deepEqual(container.cap_drop, ['ALL']);
      assert.equal(container.read_only === true, !WRITABLE.includes(name));
      assert.ok(container.mem_limit !== undefined && container.cpus !== undefined);
      // Images built here contain their health check; the program that exits by itself needs none.
      assert.equal(container.healthcheck === undefined, container.build !== undefined && name !== 'register');
    });
  }
});

it('Prometheus scrapes every service', async () => {
  const prometheus = parse(await readFile(join(root, 'deploy/prometheus/prometheus.yml'), 'utf8'));
  const names = prometheus.scrape_configs[0].dns_sd_configs[0].names as string[];
  assert.deepEqual([...names].sort(), [...services.map(({ name }) => name), sandbox.name].sort());
});

it('Prometheus gets the address of the runbook that alerts link to', async () => {
  const prometheus = parse(await readFile(join(root, 'deploy/prometheus/prometheus.yml'), 'utf8'));
  const [, variable = ''] = /^\$\{(\w+)\}$/.exec(prometheus.global.external_labels.runbook) ?? [];
  assert.match(
    compose.services.prometheus?.environment?.[variable] ?? '',
    /^\$\{RUNBOOK_URL:-http:\/\/.*\/runbook\.md\}$/,
  );
});

it('Prometheus and Grafana agree on the scrape interval', async () => {
  const read = async (path: string) => parse(await readFile(join(root, 'deploy', path), 'utf8'));
  const { global } = await read('prometheus/prometheus.yml');
  const { datasources } = await read('grafana/provisioning/datasources/prometheus.yml');
  assert.equal(datasources[0].jsonData.timeInterval, global.scrape_interval);
});
