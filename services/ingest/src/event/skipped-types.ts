import type { Logger } from '@switchboard/service';

const MOST_NAMES = 100;
/** Anything that does not look like a name may be private. */
const EVENT_NAME = /^[a-z][\w.:/-]{0,63}$/i;

/** Logs each name of what is skipped once. */
export function createSkippedTypes(logger: Logger) {
  const noticed = new Set<string>();
  return function notice(source: string, name: string, message: string, hint: { hint?: string } = {}): void {
    const what = `${source} ${name}`;
    if (noticed.size >= MOST_NAMES || noticed.has(what) || !EVENT_NAME.test(name)) return;
    noticed.add(what);
    logger.info({ source, name, ...hint }, message);
  };
}
