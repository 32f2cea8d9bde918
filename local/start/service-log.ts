import { createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { readLogLine } from './log-line.ts';

export interface ServiceLog {
  /** The file that has every line. */
  readonly file: string;
  /** The last error since `follow` was called: why the service ended, if it did by itself. */
  readonly lastFailure: string | undefined;
  follow(...streams: readonly Readable[]): void;
  close(): void;
}

/** The same line again within this time is only counted. */
const REPEAT_MS = 10_000;

/** Writes all that a service says into a file, the previous run's beside it, and what is worth a look to `say` too. */
export function openServiceLog(directory: string, name: string, say: (line: string) => void): ServiceLog {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${name}.log`);
  if (existsSync(file)) renameSync(file, join(directory, `${name}.previous.log`));
  const output = createWriteStream(file, { flags: 'a' });
  output.once('error', (error) => {
    say(`has no log file: ${error.message}`);
    output.on('error', () => {});
  });
  const said = new Map<string, { at: number; again: number }>();
  let lastFailure: string | undefined;

  function show(text: string): void {
    const before = said.get(text);
    const now = performance.now();
    if (before !== undefined && now - before.at < REPEAT_MS) {
      before.again += 1;
      return;
    }
    if (said.size > 100) said.clear();
    said.set(text, { at: now, again: 0 });
    say(before === undefined || before.again === 0 ? text : `${text} (and ${before.again} times before)`);
  }

  return {
    file,
    get lastFailure() {
      return lastFailure;
    },
    follow(...streams) {
      lastFailure = undefined;
      for (const input of streams) {
        createInterface({ input }).on('line', (line) => {
          output.write(`${line}\n`);
          const { urgent, text, failure } = readLogLine(line);
          lastFailure = failure ?? lastFailure;
          if (urgent) show(text);
        });
      }
    },
    close: () => output.end(),
  };
}
