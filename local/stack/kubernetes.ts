import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { environment } from '@switchboard/service';
import { createAuthority } from './authority.ts';
import { LocalStackError, lastLine } from './error.ts';
import { freePort } from './ports.ts';
import { createProcess } from './process.ts';
import { findProgram } from './programs.ts';
import { installOnce, SOFTWARE } from './software.ts';
import { startWatcher } from './watcher.ts';

const VERSION = '1.37.2';
/** Of the modules that the repository of Kubernetes has as folders. */
const STAGING = VERSION.replace('1.', '0.');
/** The packages of Kubernetes' module, and of one that it needs. */
const PROGRAMS = { 'kube-apiserver': './cmd/kube-apiserver', etcd: 'go.etcd.io/etcd/server/v3' };

export interface Kubernetes extends AsyncDisposable {
  /** The file for `kubectl --kubeconfig`, with all rights. */
  readonly kubeconfig: string;
}

/**
 * Starts a Kubernetes of only kube-apiserver and etcd on free ports: it checks and stores objects, and runs nothing.
 * Builds both from their Go modules if they are missing, and removes the data when it stops.
 * @throws LocalStackError when they cannot be built
 */
export async function startKubernetes(progress: (line: string) => void): Promise<Kubernetes> {
  const software = await build(progress);
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-kubernetes-'));
  const watcher = startWatcher();
  await using started = new AsyncDisposableStack();
  started.defer(async () => {
    watcher.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  const [etcdPort, peerPort, port] = [await freePort(), await freePort(), await freePort()];
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const etcd = createProcess(
    {
      ...{ name: 'etcd', file: 'etcd', directory, port: etcdPort, command: join(software, 'etcd') },
      args: [
        ...[`--data-dir=${join(directory, 'data')}`, '--unsafe-no-fsync'],
        ...[`--listen-client-urls=${etcdUrl}`, `--advertise-client-urls=${etcdUrl}`],
        ...[`--listen-peer-urls=http://127.0.0.1:${peerPort}`],
      ],
      answers: () =>
        fetch(`${etcdUrl}/health`).then(
          ({ ok }) => ok,
          () => false,
        ),
    },
    watcher,
    progress,
  );
  started.defer(() => etcd.stop());
  await etcd.start();

  const authority = await createAuthority(join(directory, 'authority'));
  const server = await authority.issue('kube-apiserver');
  const accounts = await authority.issue('service-accounts');
  const token = randomBytes(32).toString('hex');
  const tokens = join(directory, 'tokens.csv');
  await writeFile(tokens, `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  const ca = await readFile(authority.caFile);
  const apiServer = createProcess(
    {
      ...{ name: 'kube-apiserver', file: 'kube-apiserver', directory, port, command: join(software, 'kube-apiserver') },
      args: [
        ...[
          `--etcd-servers=${etcdUrl}`,
          '--authorization-mode=RBAC',
          '--allow-privileged',
          `--token-auth-file=${tokens}`,
        ],
        ...[
          '--bind-address=127.0.0.1',
          '--advertise-address=127.0.0.1',
          '--endpoint-reconciler-type=none',
          `--secure-port=${port}`,
        ],
        ...[`--tls-cert-file=${server.certFile}`, `--tls-private-key-file=${server.keyFile}`],
        ...['--service-account-issuer=https://kubernetes.default.svc', '--service-cluster-ip-range=10.0.0.0/24'],
        ...[
          `--service-account-key-file=${accounts.certFile}`,
          `--service-account-signing-key-file=${accounts.keyFile}`,
        ],
      ],
      answers: () => isReady(port, ca),
    },
    watcher,
    progress,
  );
  started.defer(() => apiServer.stop());
  await apiServer.start();

  const kubeconfig = join(directory, 'kubeconfig.json');
  await writeFile(kubeconfig, JSON.stringify(configOf(port, ca, token)), { mode: 0o600 });
  const running = started.move();
  return { kubeconfig, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const isReady = (port: number, ca: Buffer): Promise<boolean> =>
  new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path: '/readyz', ca, timeout: 5_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .once('error', () => resolve(false))
      .once('timeout', () => resolve(false));
  });

const configOf = (port: number, ca: Buffer, token: string) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'local',
  contexts: [{ name: 'local', context: { cluster: 'local', user: 'admin' } }],
  clusters: [
    {
      name: 'local',
      cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': ca.toString('base64') },
    },
  ],
  users: [{ name: 'admin', user: { token } }],
});

function build(progress: (line: string) => void): Promise<string> {
  const wanted = { software: SOFTWARE, name: 'kubernetes', version: VERSION, megabytes: 5_000 };
  return installOnce(wanted, async (draft) => {
    const go = await findProgram('go', environment);
    if (go === undefined) {
      throw new LocalStackError('There is no go on the PATH, which builds kube-apiserver: get it from https://go.dev.');
    }
    progress(`Building kube-apiserver and etcd of Kubernetes ${VERSION} (once, some 8 min on two processors) …`);
    await mkdir(draft, { recursive: true });
    const run = (cwd: string, ...args: string[]) =>
      promisify(execFile)('nice', ['-n', '19', go, ...args], {
        cwd,
        env: { ...environment, GOWORK: 'off' },
        maxBuffer: 64 * 1_048_576,
      }).catch((cause) => {
        throw new LocalStackError(`go ${args[0]} failed: ${lastLine(cause)}`, { cause });
      });
    const { stdout } = await run(draft, 'mod', 'download', '-json', `k8s.io/kubernetes@v${VERSION}`);
    const source = (JSON.parse(stdout) as { Dir: string }).Dir;
    // As the main module, with the published modules instead of its folders, which the download does not have.
    const modules = join(draft, 'go.mod');
    const text = await readFile(join(source, 'go.mod'), 'utf8');
    await writeFile(modules, text.replaceAll(/=> \.\/staging\/src\/(\S+)/g, `=> $1 v${STAGING}`));
    await copyFile(join(source, 'go.sum'), join(draft, 'go.sum'));
    for (const [name, path] of Object.entries(PROGRAMS)) {
      // The server tells its clients this version.
      const linking = `-s -w -X k8s.io/component-base/version.gitVersion=v${VERSION}`;
      const flags = [`-modfile=${modules}`, '-mod=mod', '-trimpath', `-ldflags=${linking}`];
      await run(source, 'build', ...flags, '-o', join(draft, name), path);
      progress(`… built ${name}`);
    }
  });
}
