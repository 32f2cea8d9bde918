export type IndexErrorCode =
  /** Another process has the file. */
  | 'LOCKED'
  /** The file was written by another version of this service. */
  | 'OTHER_VERSION'
  /** The vectors do not fit those of the index. */
  | 'DIMENSION'
  /** Another instance has changed the index over to another model. */
  | 'OTHER_MODEL'
  /** Postgres has no pgvector. */
  | 'NO_PGVECTOR';

/** The index cannot do what it was asked to. The message says what to do. */
export class IndexError extends Error {
  override readonly name = 'IndexError';
  readonly code: IndexErrorCode;

  constructor(code: IndexErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export const dimensionError = (known: number, given: number): IndexError =>
  new IndexError(
    'DIMENSION',
    `The embeddings endpoint answered ${given} numbers, and the index holds vectors of ${known}: if the model is another ` +
      'one, say so by EMBEDDINGS_MODEL, and everything is embedded anew.',
  );
