import type { DefinitionProblem, Keys } from '@switchboard/expressions/definition';
import { type Compiled, type Compiling, compile, type Scope, type Values } from './expressions.ts';
import type { FieldKind } from './field-kinds.ts';

/** Text and placeholders in turn. */
type Line = readonly (string | Compiled)[];

export interface Text {
  readonly placeholders: readonly Compiled[];
  /** Without the lines that have a placeholder without a value; empty when none is left. @throws FlowError */
  render(values: Values): string;
}

/** Types that a text can show. */
const SHOWN = /^(string|int|double|bool|dyn|null|list(<(string|int|double|dyn)>)?)$/;

/** Compiles text with `${…}` placeholders; `$${` is the text `${`. Undefined, with problems, if one cannot be used. */
export function compileText(
  text: string,
  locale: string,
  at: Keys,
  scope: Scope,
  compiling: Compiling,
): Text | undefined {
  const before = compiling.problems.length;
  const lines: (string | Compiled)[][] = [[]];
  for (const part of partsOf(text, at, compiling.problems)) {
    if ('text' in part) {
      const [first = '', ...more] = part.text.split('\n');
      lines.at(-1)?.push(first);
      for (const line of more) lines.push([line]);
      continue;
    }
    const placed: Compiling = { ...compiling, problems: [] };
    const compiled = compile(part.expression, at, scope, placed);
    for (const problem of placed.problems) compiling.problems.push(moved(problem, text, part.start));
    if (compiled === undefined) continue;
    if (SHOWN.test(compiled.type)) lines.at(-1)?.push(compiled);
    else compiling.problems.push(moved({ at, message: notShown(compiled.type), line: 1, column: 1 }, text, part.start));
  }
  if (compiling.problems.length > before) return undefined;
  const certain = lines.some(
    (line) => isText(line) && line.every((part) => typeof part === 'string' || part.isCertain),
  );
  if (!certain) {
    compiling.problems.push({
      at,
      message:
        'may be left with no text: a line is left out when its placeholder has no value. ' +
        `Add a line that always has one, or a default: \${has(event.email) ? event.email : "…"}`,
    });
  }
  const show = shower(locale);
  return {
    placeholders: lines.flat().filter((part) => typeof part !== 'string'),
    render: (values) =>
      lines
        .flatMap((line) => renderLine(line, values, show) ?? [])
        .join('\n')
        .trim(),
  };
}

const isText = (line: Line): boolean => line.some((part) => typeof part !== 'string' || part.trim() !== '');

const notShown = (type: string): string =>
  `is ${type.startsWith('list') ? 'a list of records' : 'a record'}, which a text cannot show; name one of its fields`;

/** A problem of an expression, as one of the text around it. */
function moved(problem: DefinitionProblem, text: string, start: number): DefinitionProblem {
  const { line = 1, column = 1 } = problem;
  const before = text.slice(0, start).split('\n');
  const last = (before.at(-1) as string).length;
  return { ...problem, line: before.length + line - 1, column: line === 1 ? last + column : column };
}

type Part = { readonly text: string } | { readonly expression: string; readonly start: number };

function partsOf(text: string, at: Keys, problems: DefinitionProblem[]): Part[] {
  const parts: Part[] = [];
  let from = 0;
  let plain = '';
  for (;;) {
    const start = text.indexOf('${', from);
    if (start < 0) break;
    if (text[start - 1] === '$') {
      plain += `${text.slice(from, start - 1)}\${`;
      from = start + 2;
      continue;
    }
    const end = endOf(text, start + 2);
    if (end < 0) {
      problems.push(
        moved({ at, message: `A placeholder is not closed; write \${…}`, line: 1, column: 1 }, text, start),
      );
      break;
    }
    parts.push({ text: plain + text.slice(from, start) }, { expression: text.slice(start + 2, end), start: start + 2 });
    plain = '';
    from = end + 1;
  }
  parts.push({ text: plain + text.slice(from) });
  return parts;
}

/** Where the placeholder that begins at the offset ends; braces in quotes and in CEL maps do not end it. */
function endOf(text: string, from: number): number {
  let depth = 0;
  let quote: string | undefined;
  for (let index = from; index < text.length; index += 1) {
    const character = text[index] as string;
    if (quote !== undefined) {
      if (character === '\\') index += 1;
      else if (character === quote) quote = undefined;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      if (depth === 0) return index;
      depth -= 1;
    }
  }
  return -1;
}

type Show = (value: unknown, kind: FieldKind | undefined) => string | undefined;

function renderLine(line: Line, values: Values, show: Show): string | undefined {
  let text = '';
  for (const part of line) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const shown = show(part.evaluate(values), part.field);
    if (shown === undefined) return undefined;
    text += shown;
  }
  return text;
}

/** Numbers and times as the locale writes them. */
function shower(locale: string): Show {
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' });
  const show: Show = (value, kind) => {
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'number') {
      if (kind?.kind !== 'time') return numbers.format(value);
      return Math.abs(value) > LAST_TIME_MS ? undefined : dates.format(value);
    }
    if (Array.isArray(value)) {
      const shown = value.flatMap((item) => show(item, undefined) ?? []);
      return shown.length === 0 ? undefined : shown.join(', ');
    }
    return plain(String(value));
  };
  return show;
}

/** The last time that a Date can hold. */
const LAST_TIME_MS = 8.64e15;

const MOST_CHARACTERS = 1_000;

/** One line without control characters and bidirectional overrides, so that a value cannot change the rest of the text. */
function plain(value: string): string | undefined {
  const characters = [
    ...value
      .slice(0, 20 * MOST_CHARACTERS)
      .toWellFormed()
      .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
      .replaceAll(/[\u202A-\u202E\u2066-\u2069]/g, '')
      .trim(),
  ];
  if (characters.length === 0) return undefined;
  if (characters.length <= MOST_CHARACTERS) return characters.join('');
  return `${characters.slice(0, MOST_CHARACTERS - 1).join('')}…`;
}
