import { withinLimit } from '@switchboard/async';
import type { Logger } from 'pino';

/** Checks one dependency; throws or rejects when it does not work. */
export type Check = () => Promise<void> | void;

export interface CheckResult {
  status: 'ok' | 'failed';
  required: boolean;
  /** The kind of failure, in a word that reveals nothing about the internal network. */
  code?: string;
  error?: string;
}

export interface Health {
  /** A failing `required` dependency takes the service out of rotation. Other failures only degrade it. */
  add(name: string, check: Check, options?: { required?: boolean }): void;
  /** Runs every check, each bounded; concurrent and closely following callers share one run. */
  run(): Promise<Record<string, CheckResult>>;
}

/** A probe must answer before Kubernetes gives up on it (1 s by default, counted with the network). */
const CHECK_TIMEOUT_MS = 800;
/** Probes of several observers must not multiply the load on a dependency that is already failing. */
const SHARED_FOR_MS = 1_000;

/** @param logger logs when a check begins to fail, and when it passes again */
export function createHealth(logger?: Pick<Logger, 'warn' | 'info'>): Health {
  const failing = new Set<string>();
  const checks = new Map<string, { check: Check; required: boolean }>();
  let last: { at: number; results: Promise<Record<string, CheckResult>> } | undefined;

  async function runAll(): Promise<Record<string, CheckResult>> {
    const results = await Promise.all(
      [...checks].map(async ([name, { check, required }]): Promise<[string, CheckResult]> => {
        try {
          await bounded(check);
          if (failing.delete(name)) logger?.info({ check: name }, 'the check passes again');
          return [name, { status: 'ok', required }];
        } catch (error) {
          const code = codeOf(error);
          const message = messageOf(error);
          if (!failing.has(name)) logger?.warn({ check: name, code, error: message }, 'the check fails');
          failing.add(name);
          return [name, { status: 'failed', required, code, error: message }];
        }
      }),
    );
    return Object.fromEntries(results);
  }

  return {
    add(name, check, { required = false } = {}) {
      checks.set(name, { check, required });
    },
    run() {
      const now = performance.now();
      if (last === undefined || now - last.at > SHARED_FOR_MS) last = { at: now, results: runAll() };
      return last.results;
    },
  };
}

async function bounded(check: Check): Promise<void> {
  await withinLimit(CHECK_TIMEOUT_MS, check, () => {
    throw new CheckTimeout(`no answer within ${CHECK_TIMEOUT_MS} ms`);
  });
}

class CheckTimeout extends Error {
  readonly code = 'TIMEOUT';
}

/** Includes the cause, since "smtp is unavailable" alone does not show what to check. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error && !message.includes(cause.message) ? `${message}: ${cause.message}` : message;
}

/** The first code along the causes, such as `UNREACHABLE` or `ECONNREFUSED`. */
function codeOf(error: unknown): string {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,39}$/.test(code)) return code;
  }
  return 'FAILED';
}
