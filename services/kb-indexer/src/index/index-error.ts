export type IndexErrorCode =
  /** Another process holds the file. */
  | 'LOCKED'
  /** Another version of this service wrote the file. */
  | 'OTHER_VERSION'
  /** The vectors' length differs from the index's. */
  | 'DIMENSION'
  /** Another instance has switched the index to another model. */
  | 'OTHER_MODEL'
  /** Postgres has no pgvector. */
  | 'NO_PGVECTOR';

/** The index cannot perform an operation. The message says what to do. */
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
    `The embeddings endpoint returned ${given} numbers, but the index holds vectors of ${known}: if the model has ` +
      'changed, set EMBEDDINGS_MODEL, and all articles are embedded again.',
  );
