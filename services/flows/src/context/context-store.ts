import { type Database, StatementError } from '@switchboard/database';
import { createBatcher } from '../batcher.ts';
import { type ChangeRow, MOST_VARIABLES, rowOf } from './change-row.ts';
import type { Context } from './context.ts';
import { contextAt, createContextCache } from './context-cache.ts';
import { ContextError } from './context-error.ts';
import { type Erasure, erase } from './erase.ts';
import { keepRows, readContexts } from './read-contexts.ts';
import { CHANGES, CONTEXT_MIGRATIONS } from './schema.ts';
import { setVariables } from './set-variables.ts';
import { isUsableId, keyOf, type Subject } from './subject.ts';
import { sweep } from './sweep.ts';
import type { VariableChange, Variables } from './variables.ts';

export interface ContextStore extends Variables {
  /** Undefined if nothing is known. */
  read(subject: Subject): Promise<Context | undefined>;
  erase(subject: Subject): Promise<Erasure>;
  /** Removes expired variables. @returns how many */
  sweep(): Promise<number>;
  /**
   * Calls back with the keys of changed subjects, of any instance.
   * @param onGap called when changes may have been missed
   */
  listen(onChange: (key: string) => void, onGap: () => void): Promise<() => Promise<void>>;
}

/** Changes of one statement: a notification has room for as many keys. */
const MOST_CHANGES = 200;
const MOST_READS = 200;

/**
 * Keeps the variables of users and conversations. Creates its tables if they are missing.
 *
 * An embedded database has one thread and this process alone: notifications and results come in the order of the
 * statements, so the cache has what a statement would return, and answers without one. On Postgres, other instances may
 * have changed a context a moment ago: every read asks the database, and the cache only saves composing what has not
 * changed.
 */
export async function createContextStore(database: Database): Promise<ContextStore> {
  await database.migrate('context', CONTEXT_MIGRATIONS);
  const cache = createContextCache();
  const isExact = database.kind === 'embedded';
  if (isExact) await database.listen(CHANGES, (payload) => payload.split(',').forEach(cache.drop), cache.clear);

  const writes = createBatcher<readonly ChangeRow[], undefined | ContextError>({
    atATime: 1,
    most: MOST_CHANGES,
    sizeOf: ({ length }) => length,
    async perform(calls) {
      const { full, keys, contexts } = await setVariables(database, calls.flat(), isExact);
      // The next read is most often of what an event has just changed.
      if (isExact) keepRows(cache, keys, contexts);
      return calls.map((rows) =>
        rows.some(({ key, change }) => full.has(`${key} ${change.name}`)) ? tooMany() : undefined,
      );
    },
    isolates: (error) => error instanceof StatementError,
  });
  const reads = createBatcher<string, Context | undefined>({
    atATime: database.kind === 'embedded' ? 1 : 4,
    most: MOST_READS,
    perform: (keys) => readContexts(database, cache, keys),
  });

  return {
    async set(changes: readonly VariableChange[]) {
      const rows = changes.map(rowOf);
      for (let from = 0; from < rows.length; from += MOST_CHANGES) {
        const problem = await writes.run(rows.slice(from, from + MOST_CHANGES));
        if (problem !== undefined) throw problem;
      }
    },
    async read(subject) {
      if (!isUsableId(subject.id)) return undefined;
      const key = keyOf(subject);
      const known = isExact ? cache.get(key) : undefined;
      if (known === undefined) return reads.run(key);
      return known === null ? undefined : contextAt(known, Date.now());
    },
    erase: (subject) => erase(database, keyOf(subject)),
    sweep: () => sweep(database),
    listen: (onChange, onGap) => database.listen(CHANGES, (payload) => payload.split(',').forEach(onChange), onGap),
  };
}

const tooMany = (): ContextError =>
  new ContextError(
    'TOO_MANY_VARIABLES',
    `The user or conversation has ${MOST_VARIABLES} variables already: let fewer flows set variables of their own.`,
  );
