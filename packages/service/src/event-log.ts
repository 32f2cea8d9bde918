import pino, { type DestinationStream } from 'pino';

/** Fields of a line: ids without personal data, fixed words and numbers. Undefined ones are left out. */
export type EventLine = Readonly<Record<string, string | number | undefined>>;

/** One line in the log for each accepted event and for each effect. */
export interface EventLog {
  /** Whether the next event gets a line: none at a level above `info`, else the share `LOG_SAMPLE` of them. */
  takes(): boolean;
  write(message: string, line: EventLine): void;
  flush(): void;
}

export const noEventLog: EventLog = { takes: () => false, write() {}, flush() {} };

interface EventLogOptions {
  readonly service: string;
  readonly level: string;
  /** The share of events that get a line, from 0 to 1. */
  readonly sample: number;
  /** Default: standard output, in batches. */
  readonly destination?: DestinationStream;
}

/** A write to standard output costs more than a line. A crash loses the lines of this time. */
const FLUSH_MS = 200;
const BATCH_CHARACTERS = 16 * 1024;

/**
 * Writes lines that look as those of the logger, without its redaction and without a write for each: at thousands of
 * events a second, those two are most of the cost.
 */
export function createEventLog({ service, level, sample, destination }: EventLogOptions): EventLog {
  if (!/^(trace|debug|info)$/.test(level) || sample <= 0) return noEventLog;
  const output = destination ?? pino.destination({ dest: 1, sync: true });
  const start = `{"level":"info","service":${JSON.stringify(service)},"time":"`;
  let batch = '';
  let share = 1;
  let timer: NodeJS.Timeout | undefined;
  let time = { at: 0, text: '' };
  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (batch !== '') output.write(batch);
    batch = '';
  }
  process.once('exit', flush);

  return {
    takes() {
      share += sample;
      if (share < 1) return false;
      share -= Math.floor(share);
      return true;
    },
    write(message, line) {
      const now = Date.now();
      if (now !== time.at) time = { at: now, text: new Date(now).toISOString() };
      batch += `${start}${time.text}",${JSON.stringify({ ...line, msg: message }).slice(1)}\n`;
      if (batch.length >= BATCH_CHARACTERS) flush();
      else timer ??= setTimeout(flush, FLUSH_MS).unref();
    },
    flush,
  };
}
