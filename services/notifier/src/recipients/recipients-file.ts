import { type EventType, isEventType } from '@switchboard/events';
import {
  type DefinitionProblem,
  either,
  type Form,
  isObject,
  type Keys,
  listOf,
  object,
  placeInFile,
  tableOf,
  text,
} from '@switchboard/expressions/definition';
import { identifierFields, isKind, kinds } from '@switchboard/people';
import { ConfigError } from '@switchboard/service';
import { parseDocument } from 'yaml';
import { followKinds, isFollowKind } from '../follows/follow-kinds.ts';
import { compileCondition, compileIds } from './expressions.ts';
import type { PersonFields, Rule, Rules } from './rules.ts';

const MOST_RULES = 20;
const CHANNEL = /^(#[a-z0-9][a-z0-9_-]{0,79}|[CG][A-Z0-9]{5,})$/;
const expression = text('must be an expression in CEL');
const event: Form = (value, at, problems) => {
  if (value !== 'event') problems.push({ at, message: `must be event, or a table of ${kinds.join(', ')}` });
};
const condition = { when: expression };

const FORMS: Readonly<Record<string, Form>> = {
  person: object({
    person: either((value) =>
      isObject(value) ? object(Object.fromEntries(kinds.map((kind) => [kind, expression]))) : event,
    ),
    ...condition,
  }),
  users: object({ users: expression, ...condition }),
  followers: object({
    followers: object({ kind: text(`must be one of ${followKinds.join(', ')}`), id: expression }, ['kind', 'id']),
    ...condition,
  }),
  slack: object({ slack: text("must be a channel, such as '#builds' or C0123456789"), ...condition }),
  agents: object({
    agents: (value, at, problems) => void (value === true || problems.push({ at, message: 'must be true' })),
    ...condition,
  }),
};
const unknown: Form = (_value, at, problems) =>
  void problems.push({ at, message: `must be a table with one of ${Object.keys(FORMS).join(', ')}` });

const recipientOf = (value: unknown): string | undefined => {
  const named = isObject(value) ? Object.keys(FORMS).filter((name) => Object.hasOwn(value, name)) : [];
  return named.length === 1 ? named[0] : undefined;
};
const rule: Form = either((value) => FORMS[recipientOf(value) ?? ''] ?? unknown);
const file: Form = object({ recipients: tableOf(listOf(rule, MOST_RULES)) }, ['recipients']);

/**
 * Compiles the recipients of a YAML file.
 * @param sendable the types that have texts
 * @throws ConfigError naming everything that is wrong, with file, line and column
 */
export function readRecipients(source: string, path: string, sendable: readonly string[]): Rules {
  const document = parseDocument(source);
  const problems: DefinitionProblem[] = [];
  const content: unknown = document.errors.length > 0 ? undefined : document.toJS();
  if (document.errors.length > 0) throw new ConfigError(document.errors.map(({ message }) => `${path}: ${message}`));
  file(content, [], problems);
  const rules: Rules =
    problems.length > 0
      ? new Map()
      : new Map(
          Object.entries((content as { recipients: Record<string, unknown[]> }).recipients).map(([type, lines]) => [
            type,
            compileType(type, lines, sendable, problems),
          ]),
        );
  if (problems.length === 0) return rules;
  throw new ConfigError(
    problems.map((problem) => {
      const { line, column } = placeInFile(problem, { document, text: source, prefix: [] });
      return `${path}:${line}:${column}: ${problem.at.join('.')} ${problem.message}`;
    }),
  );
}

function compileType(
  type: string,
  lines: readonly unknown[],
  sendable: readonly string[],
  problems: DefinitionProblem[],
): Rule[] {
  const at = ['recipients', type];
  if (!isEventType(type)) {
    problems.push({ at, message: 'is not an event type' });
    return [];
  }
  if (lines.length > 0 && !sendable.includes(type)) problems.push({ at, message: 'has no text; only [] is allowed' });
  return lines.map((line, index) => compileRule(type, line as Record<string, unknown>, [...at, index], problems));
}

function compileRule(type: EventType, line: Record<string, unknown>, at: Keys, problems: DefinitionProblem[]): Rule {
  const ids = (given: unknown, ...under: Keys) =>
    compileIds(given as string, { type, at: [...at, ...under], problems });
  const when =
    line.when === undefined
      ? undefined
      : compileCondition(line.when as string, { type, at: [...at, 'when'], problems });
  switch (recipientOf(line)) {
    case 'person':
      return { to: 'person', by: personFields(type, line.person, at, problems), when };
    case 'users':
      return { to: 'users', users: ids(line.users, 'users'), when };
    case 'followers': {
      const { kind, id } = line.followers as { kind: string; id: string };
      if (!isFollowKind(kind)) {
        problems.push({ at: [...at, 'followers', 'kind'], message: `must be one of ${followKinds.join(', ')}` });
        return { to: 'agents', when };
      }
      return { to: 'followers', kind, ids: ids(id, 'followers', 'id'), when };
    }
    case 'slack': {
      const channel = String(line.slack);
      if (!CHANNEL.test(channel)) {
        problems.push({ at: [...at, 'slack'], message: "must be a channel, such as '#builds' or C0123456789" });
      }
      return { to: 'slack', channel, when };
    }
    default:
      return { to: 'agents', when };
  }
}

function personFields(type: EventType, given: unknown, at: Keys, problems: DefinitionProblem[]): PersonFields {
  if (given === 'event') {
    const message = `${type} has no known fields of a person; name them: person: { user: event.… }`;
    if (!(type in identifierFields)) problems.push({ at: [...at, 'person'], message });
    return 'event';
  }
  return Object.fromEntries(
    Object.entries(given as Record<string, string>).flatMap(([kind, text]) =>
      isKind(kind) ? [[kind, compileIds(text, { type, at: [...at, 'person', kind], problems })]] : [],
    ),
  );
}
