import { setTimeout as sleep } from 'node:timers/promises';
import type { Arguments } from './arguments.ts';
import type { Command } from './command.ts';
import type { Context } from './context.ts';

const EVERY_MS = 2_000;

/** A command that with --watch reports until Ctrl-C, and then ends as if it had been asked once. */
export function watching(report: Command['run']): Command['run'] {
  return async (given: Arguments, context: Context) => {
    if (!given.is('watch')) return report(given, context);
    while (!context.signal.aborted) {
      await report(given, context.refreshing());
      await sleep(EVERY_MS, undefined, { signal: context.signal }).catch(() => {});
    }
    return 0;
  };
}
