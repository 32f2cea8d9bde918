/** What to do about an evaluation that failed. It quotes no value: values may be private. */
export function failureMessage(code: string, summary: string): string {
  const kinds = /^no such overload: ([\w<>., ]{1,80}) (\S{1,2}) ([\w<>., ]{1,80})$/.exec(summary);
  if (kinds !== null) {
    const [, left = '', operator = '', right = ''] = kinds;
    const hint = isMixed(left, right) ? '; JSON numbers are doubles, so write 100.0 instead of 100' : '';
    return `cannot compute ${plainKind(left)} ${operator} ${plainKind(right)}${hint}`;
  }
  return MESSAGES[code] ?? 'cannot be computed from what was sent';
}

/** How to write an operation that the declared types do not allow. */
export function operatorHint(summary: string): string {
  const [, left = '', right = ''] = /^no such overload: (\S+) \S{1,2} (\S+)$/.exec(summary) ?? [];
  if (isMixed(left, right)) return '; write 2.0 instead of 2 beside a double, or double(…)';
  const isNull = left === 'null' || right === 'null';
  return isNull ? '; an absent field is not null: write has(…)' : '';
}

const plainKind = (kind: string): string => kind.replace(/^dyn<(.+)>$/, '$1');

const isMixed = (left: string, right: string): boolean => {
  const kinds = [plainKind(left), plainKind(right)];
  return kinds.includes('double') && kinds.includes('int');
};

const MESSAGES: Readonly<Record<string, string>> = {
  no_such_overload: 'is given a value of a kind that the operator does not take',
  no_matching_overload: 'is given a value of a kind that the function does not take; convert it, e.g. by string(…)',
  invalid_condition_type: 'needs a condition that is true or false; compare the value, e.g. with == true',
  invalid_logical_operand: 'needs true or false on both sides of && and ||; compare the value, e.g. with == true',
  invalid_comprehension_range: 'can only go through a list',
  division_by_zero: 'divides by zero',
  modulo_by_zero: 'divides by zero',
};
