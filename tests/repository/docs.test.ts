import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { ingest, portVariable, sandbox, services } from '@switchboard/deploy/services';
import { catalogue, isEventType } from '@switchboard/events';
import { filesOf, manifestOf, root, textOf } from './source-files.ts';

const { scripts } = manifestOf('.');
const readme = textOf('README.md');
const deploying = textOf('docs/deploying.md');
/** Commands built into npm. */
const NPM = new Set(['start', 'test']);

for (const file of filesOf('**/*.md')) {
  describe(file, () => {
    const text = textOf(file);

    it('names commands that exist', () => {
      for (const [command, run, short] of text.matchAll(/\bnpm (?:run (?:--silent )?([\w:-]+)|(start|test)\b)/g)) {
        const script = run ?? short ?? '';
        assert.ok(script in scripts, command);
        assert.equal(run !== undefined && NPM.has(run), false, `${command} is npm ${run}`);
      }
    });

    it('sends event types that exist', () => {
      for (const [, type = ''] of text.matchAll(/npm run send -- ([a-z]+\.[a-z]+)/g))
        assert.ok(isEventType(type), type);
    });

    it('links to files that exist', () => {
      for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
        assert.ok(existsSync(join(root, dirname(file), target)), target);
      }
    });
  });
}

it('docs/delivery.md follows one record through ten files at most', () => {
  const [, walk = ''] = /\n### One record, from fetch to commit\n(.*?)\n##/s.exec(textOf('docs/delivery.md')) ?? [];
  const steps = [...walk.matchAll(/^\d+\. +\[([^\]]+)\]\(\.\.\/packages\/([^)]+)\)/gm)];
  assert.ok(steps.length >= 5 && steps.length <= 10, `${steps.length} steps`);
  for (const [, name, target = ''] of steps) {
    assert.equal(name, target);
    assert.ok(existsSync(join(root, 'packages', target)), target);
  }
});

describe('the table of services in README.md', () => {
  const rows = [...readme.matchAll(/^\| \[(\w[\w-]*)\]\(services\/[^)]*\) *\|.*$/gm)];

  it('lists services/, and npm start runs them', () => {
    const folders = filesOf('services/*/package.json').map((path) => path.split('/')[1]);
    assert.deepEqual(rows.map(([, name]) => name).sort(), folders);
    assert.deepEqual(services.map(({ name }) => name).sort(), folders);
  });

  it('names the topics that ingest writes to, and the types that each service handles', () => {
    const cells = (name: string): string[] =>
      (rows.find(([, service]) => service === name)?.[0] ?? '').split('|').map((cell) => cell.trim());
    const fromOutside = Object.values(catalogue).filter(({ internal }) => !internal);
    const written = [...new Set(fromOutside.map(({ topic }) => topic)), ...ingest.topics];
    const named = [...(cells(ingest.name)[3] ?? '').matchAll(/`([^`]+)`/g)].map(([, topic]) => topic);
    assert.deepEqual(named.sort(), written.sort());
    // Flows handle every event.
    for (const { name, handles } of services.filter((service) => service !== ingest && service.name !== 'flows')) {
      // `.resolved` continues the entity of the type before it; `order.*` stands for all that the service handles.
      let entity = '';
      const types = [...(cells(name)[2] ?? '').matchAll(/`([^`]+)`/g)].flatMap(([, text = '']) => {
        const [first = '', event = ''] = text.split('.');
        entity = first || entity;
        return event === '*' ? handles.filter((type) => type.startsWith(`${entity}.`)) : [`${entity}.${event}`];
      });
      assert.deepEqual(types.sort(), [...handles].sort(), name);
    }
  });

  it('lists the services of docker-compose.yml, once it runs services', () => {
    const folders = services.map(({ name }) => name);
    const [, composed = ''] = /^services:\n([\s\S]*?)^(?:\S|$(?![\s\S]))/m.exec(textOf('docker-compose.yml')) ?? [];
    const names = [...composed.matchAll(/^ {2}([\w-]+):/gm)].flatMap(([, name = '']) =>
      folders.includes(name) ? [name] : [],
    );
    if (names.length > 0) assert.deepEqual(names.sort(), folders.sort());
  });

  it('agrees with the table of ports in docs/deploying.md', () => {
    for (const service of services) {
      const { name, port } = service;
      assert.match(deploying, new RegExp(`^\\| ${name} +\\| ${port} +\\| \`${portVariable(service)}\``, 'm'));
    }
  });
});

it('README.md and docs/deploying.md name only variables that the code reads', () => {
  const files = [...filesOf('{packages,services,deploy,local}/**/*.{ts,yaml}'), 'docker-compose.yml'];
  const sources = files.map(textOf).join('\n');
  const known = new Set([
    ...(sources.match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? []),
    ...[...services, sandbox].map(portVariable),
  ]);
  for (const [, name = ''] of (readme + deploying).matchAll(/`([A-Z]+(?:_[A-Z]+)+)(?:=[^`]*)?`/g))
    assert.ok(known.has(name), name);
});
