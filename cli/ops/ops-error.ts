/** The command cannot do what it was asked; the message is one sentence that says what to do. */
export class OpsError extends Error {
  override readonly name = 'OpsError';
}
