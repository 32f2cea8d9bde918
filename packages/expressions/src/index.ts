export { Budget } from './budget.ts';
export {
  type CompileOptions,
  compileExpression,
  type Evaluated,
  type Expression,
  type VariableType,
} from './compile-expression.ts';
export { ExpressionError, type ExpressionErrorCode, type Position, positionIn } from './expression-error.ts';
export { FUNCTIONS } from './limits.ts';
export type { Path } from './plain-path.ts';
