import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DatabaseError } from '../errors.ts';

/** How long a stopping process may still hold the folder. */
const WAIT_MS = 5_000;
const SQLITE_BUSY = 5;

/**
 * Locks the folder until it is released or the process ends, by a lock of the operating system on a SQLite file: Node
 * has no other.
 * @throws DatabaseError
 */
export function lockFolder(folder: string): { release(): void } {
  let file: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    file = new DatabaseSync(join(folder, 'lock'), { timeout: WAIT_MS });
    file.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return { release: () => file?.close() };
  } catch (cause) {
    file?.close();
    if ((cause as { errcode?: number }).errcode === SQLITE_BUSY) {
      throw new DatabaseError(
        'FOLDER_LOCKED',
        `DATABASE_FOLDER ${folder} is in use by another process: an embedded database serves one instance. Stop the ` +
          'other process, use another folder, or set DATABASE_URL for several instances.',
        { cause },
      );
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DatabaseError('CANNOT_OPEN', `DATABASE_FOLDER ${folder} cannot be used: ${reason}.`, { cause });
  }
}
