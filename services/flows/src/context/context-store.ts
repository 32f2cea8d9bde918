import { type Database, StatementError } from '@switchboard/database';
import { createBatcher } from '../batcher.ts';
import { type ChangeRow, MOST_VARIABLES, rowOf } from './change-row.ts';
import type { Context } from './context.ts';
import { ContextError } from './context-error.ts';
import { type Erasure, erase } from './erase.ts';
import { readContexts } from './read-contexts.ts';
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

/** Keeps the variables of users and conversations. Creates its tables if they are missing. */
export async function createContextStore(database: Database): Promise<ContextStore> {
  await database.migrate('context', CONTEXT_MIGRATIONS);

  const writes = createBatcher<readonly ChangeRow[], undefined | ContextError>({
    atATime: 1,
    most: MOST_CHANGES,
    sizeOf: ({ length }) => length,
    async perform(calls) {
      const { full } = await setVariables(database, calls.flat());
      return calls.map((rows) =>
        rows.some(({ key, change }) => full.has(`${key} ${change.name}`)) ? tooMany() : undefined,
      );
    },
    isolates: (error) => error instanceof StatementError,
  });
  const reads = createBatcher<string, Context | undefined>({
    atATime: database.kind === 'embedded' ? 1 : 4,
    most: MOST_READS,
    perform: (keys) => readContexts(database, keys),
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
      return isUsableId(subject.id) ? reads.run(keyOf(subject)) : undefined;
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
