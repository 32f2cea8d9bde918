import type { Logger } from '@switchboard/service';

const MOST_NAMES = 100;
/** What does not look like a name could be anything, also something private. */
const EVENT_NAME = /^[a-z][\w.:/-]{0,63}$/i;

/** Tells the operator once of each event type that is skipped. */
export function createSkippedTypes(logger: Logger) {
  const noticed = new Set<string>();
  return function notice(source: string, name: string): void {
    const what = `${source} ${name}`;
    if (noticed.size >= MOST_NAMES || noticed.has(what) || !EVENT_NAME.test(name)) return;
    noticed.add(what);
    logger.info({ source, name }, 'events of a type that nobody declared are skipped');
  };
}
