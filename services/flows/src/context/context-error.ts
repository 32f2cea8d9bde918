/** A change that can never be applied: its event goes to the dead-letter topic. */
export class ContextError extends Error {
  override readonly name = 'ContextError';
  readonly retry = 'never';
  readonly code: 'INVALID_ID' | 'INVALID_NAME' | 'INVALID_VALUE' | 'VALUE_TOO_LARGE' | 'TOO_MANY_VARIABLES';

  constructor(code: ContextError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
