import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { explainAndExit } from '@switchboard/deploy/explain';
import { eventTypes } from '@switchboard/events';
import { markInstalled } from '@switchboard/stack/installed';
import { createService, NewServiceError } from './create-service.ts';

const USAGE = `Writes a new consumer service, with a test:

  npm run new-service -- <name> <event type>

Event types: ${eventTypes.join(', ')}`;

const root = join(import.meta.dirname, '../..');

/** The lockfile learns of the new package, and its dependencies are linked. */
async function install(): Promise<void> {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { packageManager: string };
  const npx = ['--yes', packageManager, 'install', '--no-frozen-lockfile', '--prefer-offline'];
  await promisify(execFile)('npx', npx, { cwd: root }).catch((error: { stdout?: string; message: string }) => {
    throw new NewServiceError(
      `The service is written, but its dependencies could not be linked. Check the network, then run npx ${npx.join(' ')}.\n${error.stdout || error.message}`,
    );
  });
}

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { 'no-install': { type: 'boolean', default: false } },
  });
  const [name, type, ...rest] = positionals;
  if (name === undefined || type === undefined || rest.length > 0) {
    console.log(USAGE);
    process.exitCode = positionals.length === 0 ? 0 : 1;
  } else {
    const { names, files } = createService(root, name, type);
    console.log(files.map((file) => `  ${file}`).join('\n'));
    if (!values['no-install']) {
      console.log('Linking its dependencies …');
      await install();
      markInstalled(root);
    }
    console.log(`
${name} is ready; npm start runs it on port ${names.port}. What it does is in

  services/${name}/src/${names.file}.ts

Its test runs without Kafka: npm test -- services/${name}`);
  }
} catch (error) {
  if ((error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exitCode = 1;
  } else explainAndExit(error);
}
