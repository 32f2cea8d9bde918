/** What `pnpm licenses list --json` prints: packages by licence. */
export type LicenceList = Readonly<
  Record<string, readonly { readonly name: string; readonly versions: readonly string[]; readonly homepage?: string }[]>
>;

export interface Component {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  /** The package URL. */
  readonly purl: string;
  /** SHA-512 in hexadecimal, from the lockfile. */
  readonly sha512: string | undefined;
}

/** The packages of a licence list, in the order of their names. */
export function componentsOf(list: LicenceList, lockfile: string): Component[] {
  return Object.entries(list)
    .flatMap(([licence, packages]) =>
      packages.flatMap(({ name, versions }) =>
        versions.map((version) => ({
          name,
          version,
          licence: spdx(licence),
          purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
          sha512: digestOf(`${name}@${version}`, lockfile),
        })),
      ),
    )
    .sort((one, other) => (one.purl < other.purl ? -1 : 1));
}

/** A software bill of materials in CycloneDX 1.6. The same lockfile gives the same text. */
export const bomOf = (version: string, components: readonly Component[]) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: {
    component: {
      type: 'application',
      'bom-ref': 'switchboard',
      name: 'switchboard',
      version,
      licenses: [{ expression: 'Apache-2.0' }],
    },
  },
  components: components.map(({ name, version, licence, purl, sha512 }) => ({
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    licenses: [{ expression: licence }],
    ...(sha512 === undefined ? {} : { hashes: [{ alg: 'SHA-512', content: sha512 }] }),
  })),
});

/** The components as a table in Markdown. */
export const licenceTable = (components: readonly Component[]): string =>
  [
    '| package | version | licence |',
    '| --- | --- | --- |',
    ...components.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`),
    '',
  ].join('\n');

/** Spellings in manifests that SPDX does not know. */
const SPELLINGS: Readonly<Record<string, string>> = { 'MIT OR Apache': 'MIT OR Apache-2.0' };
const spdx = (licence: string): string => SPELLINGS[licence] ?? licence;

/** `name@version:\n resolution: {integrity: sha512-…}` */
function digestOf(id: string, lockfile: string): string | undefined {
  const packages = Math.max(0, lockfile.indexOf('\npackages:\n'));
  const keys = [`\n  ${id}:\n`, `\n  '${id}':\n`];
  const start = Math.max(...keys.map((key) => lockfile.indexOf(key, packages)));
  if (start < 0) return undefined;
  const [, digest] = /integrity: sha512-([A-Za-z0-9+/=]+)/.exec(lockfile.slice(start, start + 400)) ?? [];
  return digest === undefined ? undefined : Buffer.from(digest, 'base64').toString('hex');
}
