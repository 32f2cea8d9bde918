/** The local stack cannot run. The message is one sentence that says what to do. */
export class LocalStackError extends Error {
  override readonly name = 'LocalStackError';
}

/** Converts an error of the file system to a LocalStackError. Returns other errors unchanged. */
export function explain(error: unknown, directory: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const sentences: Record<string, string> = {
    ENOSPC: `The disk of ${directory} is full: make room and start again.`,
    EDQUOT: `Your quota on the disk of ${directory} is used up: make room and start again.`,
    EACCES: `${directory} cannot be written: change its permissions, or choose another folder.`,
    EROFS: `${directory} is on a read-only disk: choose another folder.`,
    ENOTDIR: `${directory} is not a folder, since a part of its path is a file: choose another folder.`,
  };
  const sentence = typeof code === 'string' ? sentences[code] : undefined;
  return sentence === undefined ? error : new LocalStackError(sentence, { cause: error });
}

/** The most informative line of a failed program's output. */
export function errorLine(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  if (lines.some((line) => line.includes('No space left on device')))
    return 'the disk is full, make room and start again';
  const last = (pattern: RegExp) => lines.findLast((line) => pattern.test(line));
  const exception = last(/^(Caused by: )?[\w.]+(Exception|Error)\b/);
  return (exception ?? last(/ERROR|FATAL|rror/) ?? lines.at(-1) ?? 'it printed nothing').trim().slice(0, 300);
}

/** The last line that a failed program wrote to its standard error. */
export const lastLine = (error: unknown): string =>
  String((error as { stderr?: string }).stderr ?? error)
    .trim()
    .split('\n')
    .at(-1) ?? '';
