export interface Clause {
  field: string;
  values: readonly string[];
  negated: boolean;
}

const VALUE = `"(?:[^"\\\\]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*'|[\\w.@:/+-]+`;
const CLAUSE = new RegExp(
  `^\\s*(\\w+|cf\\[\\d+\\])\\s*(=|!=|~|\\bin\\b|>=|<=|>|<)\\s*(?:(${VALUE})|\\(((?:\\s*(?:${VALUE})\\s*,?)+)\\))\\s*(?:AND\\s+(?=\\S)|$)`,
  'i',
);

const unquoted = (text: string): string => (/^["']/.test(text) ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1') : text);

/** Parses `project = A AND labels in ("b", "c")` and ignores times. Returns undefined for other syntax. */
export function readJql(jql: string): Clause[] | undefined {
  const clauses: Clause[] = [];
  for (let rest = jql.replace(/\s*\border\s+by\b[\w\s,]*$/i, ''); rest.trim() !== ''; ) {
    const [all, field = '', operator = '', one, many] = CLAUSE.exec(rest) ?? [];
    if (all === undefined) return undefined;
    const values = many === undefined ? [one ?? ''] : (many.match(new RegExp(VALUE, 'g')) ?? []);
    rest = rest.slice(all.length);
    if (!/^[<>]/.test(operator))
      clauses.push({ field: field.toLowerCase(), values: values.map(unquoted), negated: operator === '!=' });
    else if (!/^(created|updated)$/i.test(field)) return undefined;
    else clauses.push({ field: '', values: [], negated: false });
  }
  return clauses;
}
