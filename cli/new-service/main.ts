import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventTypes } from '@switchboard/events';
import { parseOptions, UsageError } from '@switchboard/service/command-line';
import { markInstalled } from '@switchboard/stack/installed';
import { createService, NewServiceError } from './create-service.ts';

const USAGE = `Writes a new consumer service, with a test:

  npm run new-service -- <name> <event type> [--no-install]

  --no-install  do not link the dependencies of the new package
  -h, --help    this text

Event types: ${eventTypes.join(', ')}`;

const root = join(import.meta.dirname, '../..');

/** Adds the new package to the lockfile, and links its dependencies. */
async function install(): Promise<void> {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { packageManager: string };
  const npx = ['--yes', packageManager, 'install', '--no-frozen-lockfile', '--prefer-offline'];
  await promisify(execFile)('npx', npx, { cwd: root }).catch((error: { stdout?: string; message: string }) => {
    throw new NewServiceError(
      `The service is written, but its dependencies could not be linked. Check the network, then run npx ${npx.join(' ')}.\n${error.stdout || error.message}`,
    );
  });
}

/** The published catalogue names the consumers of each event type, and each service has manifests. */
async function updateGenerated(): Promise<void> {
  for (const [script, command] of [
    ['catalogue/main.ts', 'generate'],
    ['deploy/kubernetes/generate.ts', 'kubernetes'],
  ] as const) {
    await promisify(execFile)(process.execPath, [script], { cwd: root }).catch((error: { stderr?: string }) => {
      throw new NewServiceError(
        `The service is written, but what is generated does not name it yet: run npm run ${command}.\n${error.stderr ?? ''}`,
      );
    });
  }
}

/** `npm run new-service`. @returns the exit code */
export async function newService(argv: readonly string[]): Promise<number> {
  const { positionals, values } = parseOptions({
    args: [...argv],
    allowPositionals: true,
    options: { 'no-install': { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } },
  });
  const [name, type, ...rest] = positionals;
  if (values.help || name === undefined) {
    console.log(USAGE);
    return 0;
  }
  if (type === undefined || rest.length > 0) throw new UsageError('Give the name of the service and one event type.');
  const { names, files } = createService(root, name, type);
  console.log(files.map((file) => `  ${file}`).join('\n'));
  await updateGenerated();
  if (!values['no-install']) {
    console.log('Linking its dependencies …');
    await install();
    markInstalled(root);
  }
  console.log(`
${name} is ready; npm start runs it on port ${names.port}. Its handler is in

  services/${name}/src/${names.file}.ts

Its test runs without Kafka: npm test -- services/${name}

For Kubernetes, add its image and its variables to both overlays in deploy/kubernetes, and run npm run kubernetes.`);
  return 0;
}
