import type { IncomingHttpHeaders } from 'node:http';
import type { TokenJudge } from '@switchboard/providers';
import { type Environment, type Logger, openLiveFiles, readNamedFile } from '@switchboard/service';
import { Counter, Gauge, type Registry } from 'prom-client';
import { type Authentication, authenticate, type CallerRequest, faults } from './authenticate.ts';
import { namedFiles, parseCallers } from './callers-file.ts';
import { createDirectory, type Directory } from './directory.ts';

export interface Callers {
  /** Never throws for what the request holds. */
  authenticate(request: CallerRequest): Promise<Authentication>;
  /** Whether the request has a header of a caller that signs bodies, so that its body tells who calls. */
  hasSignature(headers: IncomingHttpHeaders): boolean;
  /** Who issues the tokens that callers may show. */
  issuers(): readonly string[];
  /** Reads the file again, changed or not; a file that cannot be used leaves the callers as they are. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

export interface CallersOptions {
  /** Undefined: no one may call. */
  readonly file: string | undefined;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly pollMs?: number;
  /** In epoch milliseconds. */
  readonly now?: () => number;
}

/**
 * Reads the callers file and follows its changes, and those of the secrets and keys that it names.
 * @throws ConfigError when the file cannot be used at the start
 */
export async function openCallers({ file, environment, now = Date.now, ...options }: CallersOptions): Promise<Callers> {
  const { logger, metrics } = options;
  const judges = new Map<string, TokenJudge>();
  const live = await openLiveFiles<Directory>({
    what: 'callers',
    failed: {
      name: 'callers_reload_failed',
      help: '1 while the callers file cannot be used and an earlier reading of it stays in force',
    },
    async read(follow) {
      if (file === undefined) {
        logger.warn('CALLERS_FILE is not set: every caller is answered 401');
        return createDirectory({ path: '', entries: [], problemAt: () => '' }, { environment, judges });
      }
      await follow(file);
      const read = parseCallers(await readNamedFile(file, 'The callers file'), file);
      for (const named of namedFiles(read)) await follow(named);
      const insecure = read.entries.filter(({ hmac }) => hmac?.insecureSecrets === true).map(({ name }) => name);
      if (insecure.length > 0) {
        logger.warn(
          { callers: insecure },
          'insecureSecrets is set, which is for development only: secrets may be short',
        );
      }
      return createDirectory(read, { environment, judges });
    },
    describe: ({ size }) => ({ callers: size }),
    ...options,
  });
  const lastUsed = new Gauge({
    name: 'callers_last_used_timestamp_seconds',
    help: 'When a caller was last let in, by its API key or its kind',
    labelNames: ['caller', 'key'],
    registers: [metrics],
  });
  const refusals = new Counter({
    name: 'callers_refusals_total',
    help: 'Requests whose caller was refused, by reason',
    labelNames: ['reason'],
    registers: [metrics],
  });
  // Prometheus sees the first increase.
  for (const reason of [...faults, 'unavailable']) refusals.inc({ reason }, 0);

  return {
    async authenticate(request) {
      const found = await authenticate(request, live.current(), now());
      if (found.kind === 'caller') lastUsed.set({ caller: found.caller.name, key: found.key }, now() / 1_000);
      else refusals.inc({ reason: found.kind === 'refused' ? found.fault : found.kind });
      return found;
    },
    hasSignature: (headers) => [...live.current().signers.keys()].some((header) => headers[header] !== undefined),
    issuers: () => [...live.current().tokens.keys()],
    reload: live.reload,
    close: live.close,
  };
}
