export type ExpressionErrorCode = 'SYNTAX' | 'UNKNOWN_NAME' | 'UNKNOWN_FIELD' | 'TYPE' | 'NOT_ALLOWED' | 'TOO_LARGE';

/** Why an expression cannot be used, and where: line and column start at 1. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly code: ExpressionErrorCode;
  readonly line: number;
  readonly column: number;
  /** The variable or field that is not known. */
  readonly unknown: string | undefined;

  constructor(code: ExpressionErrorCode, message: string, text: string, offset: number, unknown?: string) {
    super(message);
    this.code = code;
    this.unknown = unknown;
    ({ line: this.line, column: this.column } = positionIn(text, offset));
  }
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

export function positionIn(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) as string).length + 1 };
}
