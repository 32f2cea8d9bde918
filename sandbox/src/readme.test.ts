import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { sandboxConfig } from './config.ts';
import { credentials } from './credentials.ts';
import { systemNames } from './effect.ts';
import { faultNames } from './fault.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const firstCells = (heading: string): string[] => {
  const [, section = ''] = readme.split(`\n## ${heading}\n`);
  const [own = ''] = section.split('\n## ');
  return [...own.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, cell = '']) => cell);
};

describe('README.md', () => {
  it('names every system', () => {
    const systems = systemNames.filter((name) => name !== 'smtp').map((name) => `/${name}`);
    assert.deepEqual(firstCells('Systems').sort(), systems.sort());
  });

  it('names every fault option', () => {
    assert.deepEqual(firstCells('Faults').sort(), [...faultNames].sort());
  });

  it('names every credential', () => {
    for (const value of Object.values(credentials).flatMap((one) => Object.values(one))) {
      assert.ok(readme.includes(value), value);
    }
  });

  it('names every variable', () => {
    const names = ['HOST', ...Object.keys(sandboxConfig.properties)];
    assert.deepEqual(firstCells('Configuration').sort(), names.sort());
  });
});
