import type { ASTNode } from '@marcbachmann/cel-js';

/** The names and list indexes from a variable to a value. */
export type Path = readonly [string, ...(string | number)[]];

/** The path that an expression reads and nothing else, such as `body.lines[0].title`; undefined for any other. */
export function plainPath(node: ASTNode): Path | undefined {
  if (node.op === 'id') return [node.args];
  if (node.op === '.') {
    const start = plainPath(node.args[0]);
    return start && [...start, node.args[1]];
  }
  if (node.op !== '[]') return undefined;
  const [list, index] = node.args;
  const start = plainPath(list);
  if (start === undefined || index.op !== 'value') return undefined;
  if (typeof index.args === 'string') return [...start, index.args];
  return typeof index.args === 'bigint' && index.args >= 0n ? [...start, Number(index.args)] : undefined;
}
