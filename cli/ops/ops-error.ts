/** The command cannot do what it was asked; the message is one sentence that says what to do. */
export class OpsError extends Error {
  override readonly name: string = 'OpsError';
}

/** It was asked in a way that it does not understand. */
export class UsageError extends OpsError {
  override readonly name = 'UsageError';
}
