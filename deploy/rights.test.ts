import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { catalogue, eventTypes, publicEventTypes } from '@switchboard/events';
import { parseAllDocuments } from 'yaml';
import { commands, strimziUsers } from './kafka/render.ts';
import { principals } from './rights.ts';
import { consumers, services } from './services.ts';

const fileOf = (path: string): string => readFileSync(join(import.meta.dirname, path), 'utf8');

describe('the rights in Kafka', () => {
  it('cover every service, and each name once', () => {
    const names = principals.map(({ name }) => name);
    assert.deepEqual(names.toSorted(), [...services.map(({ name }) => name), 'ops', 'redrive', 'register'].toSorted());
  });

  it('let a service use its own chain and group, and no other', () => {
    for (const { name, rights } of principals.filter(({ name }) => consumers.some((one) => one.name === name))) {
      for (const { resource, pattern, name: resourceName } of rights) {
        if (resource === 'group') assert.equal(resourceName, name);
        if (pattern === 'prefixed') assert.equal(resourceName, `${name}.retry.`);
      }
    }
  });

  it('let ingest write no event that only our services publish', () => {
    const written = principals.find(({ name }) => name === 'ingest')?.rights.map(({ name }) => name) ?? [];
    for (const type of eventTypes.filter((one) => !publicEventTypes.includes(one))) {
      assert.ok(!written.includes(catalogue[type].topic), type);
    }
  });

  it('by prefix never reach the topics of another service', () => {
    for (const { name } of services) {
      for (const other of services.filter((one) => one.name !== name)) {
        assert.ok(!`${other.name}.retry.`.startsWith(`${name}.retry.`), `${other.name} begins with ${name}`);
      }
    }
  });

  it('let only register create topics, and nobody write or read there', () => {
    for (const { name, rights } of principals) {
      const operations = new Set(rights.flatMap((right) => right.operations));
      assert.equal(operations.has('Create'), name === 'register', name);
      if (name === 'register') assert.ok(!operations.has('Read') && !operations.has('Write'));
    }
  });

  it('are the same as commands and as users of Strimzi', () => {
    assert.equal(fileOf('kafka/acls.sh'), commands(principals));
    const yaml = fileOf('kubernetes/components/strimzi/kafka-users.yaml');
    assert.equal(yaml, strimziUsers(principals));
    const users = parseAllDocuments(yaml).map((document) => document.toJS());
    assert.deepEqual(
      users.map(({ metadata, spec }) => [metadata.name, spec.authorization.acls.length]),
      principals.map(({ name, rights }) => [name, rights.length]),
    );
  });
});
