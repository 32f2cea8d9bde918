import { createHash } from 'node:crypto';
import type { Expression } from '@switchboard/expressions';
import type { Action, CallerField, Connection, OwnerRule } from './action.ts';
import { type ActionEntry, durationMs, type TextsEntry } from './action-form.ts';
import { FAILED, NOT_FOUND } from './default-texts.ts';
import { createCheck } from './fields-check.ts';
import { readFields } from './fields-form.ts';
import { fieldTypes, type ObjectSchema, only } from './fields-schema.ts';
import type { Complain, Keys } from './problems.ts';
import { compileStep } from './step.ts';
import { compileAt, type Variables } from './template.ts';
import { compileTexts, type RenderTexts } from './texts.ts';

const CALLER = { email: 'string', userId: 'string', tenant: 'string' } as const;

const LONGEST_CACHE_MS = 3_600_000;
const LONGEST_TIMEOUT_MS = 120_000;

/** Compiles an entry of the form; the action is usable only if nothing was complained about. */
export function compileAction(
  name: string,
  entry: ActionEntry,
  connection: Connection,
  at: Keys,
  complain: Complain,
): Action {
  const { effect, target, lookup } = entry;
  const input = readFields(entry.input, [...at, 'input'], complain);
  const output = readFields(entry.output, [...at, 'output'], complain);
  const revealed = only(output, checkNames(entry.reveal, output, [...at, 'reveal'], complain));
  const asked: Variables = { input: fieldTypes(input.properties), caller: CALLER };

  const current = lookup && readFields(lookup.output, [...at, 'lookup', 'output'], complain);
  const lookedUp = lookup &&
    current && {
      step: compileStep(
        { ...lookup, method: 'GET' },
        { at: [...at, 'lookup'], variables: asked, output: current, complain },
      ),
      reveal: checkNames(lookup.reveal ?? [], current, [...at, 'lookup', 'reveal'], complain),
    };
  const known: Variables = current === undefined ? asked : { ...asked, current: fieldTypes(current.properties) };
  const step = compileStep(target, { at: [...at, 'target'], variables: known, output, complain });
  const told: Variables = { input: asked.input as Variables, output: fieldTypes(revealed.properties) };
  const texts = (field: 'reply' | 'notFound' | 'failed' | 'confirm', variables: Variables, otherwise?: TextsEntry) => {
    const form = entry[field] ?? otherwise;
    return form && compileTexts(form, variables, [...at, field], complain);
  };
  const shown = current && lookedUp ? { current: fieldTypes(only(current, lookedUp.reveal).properties) } : {};
  const onlyInput: Variables = { input: asked.input as Variables };

  checkEffect(entry, at, complain);
  return {
    name,
    title: entry.title,
    description: entry.description,
    effect,
    input,
    output: revealed,
    version: createHash('sha256').update(JSON.stringify(entry)).digest('base64url').slice(0, 22),
    connection,
    checkInput: createCheck(input),
    needs: callerFields([...step.expressions, ...(lookedUp?.step.expressions ?? [])]),
    owner: entry.owner === undefined ? undefined : compileOwner(entry, { at, output, current, complain }),
    lookup: lookedUp,
    step,
    cacheMs: entry.cache === undefined ? 0 : durationMs(entry.cache),
    deadlineMs: durationMs(entry.deadline ?? '5m'),
    reply: texts('reply', told),
    notFound: texts('notFound', onlyInput, NOT_FOUND) as RenderTexts,
    failed: texts('failed', onlyInput, FAILED) as RenderTexts,
    confirm: texts('confirm', { ...onlyInput, ...shown }),
  };
}

interface OwnerContext {
  readonly at: Keys;
  readonly output: ObjectSchema;
  readonly current: ObjectSchema | undefined;
  readonly complain: Complain;
}

/** The rule never sees the input: a caller must not choose what it is compared with. */
function compileOwner(entry: ActionEntry, { at, output, current, complain }: OwnerContext): OwnerRule | undefined {
  const where = [...at, 'owner'];
  if (entry.effect === 'write' && current === undefined) {
    complain(where, 'of a write needs a lookup, whose output is current: the write itself comes after the rule');
    return undefined;
  }
  const judged: Variables = entry.effect === 'write' ? {} : { output: fieldTypes(output.properties) };
  const known: Variables = current === undefined ? {} : { current: fieldTypes(current.properties) };
  const expression = compileAt(
    entry.owner as string,
    { ...judged, ...known, caller: CALLER },
    where,
    (_at, message, offset) =>
      complain(
        where,
        /variable input/.test(message) ? `${message}; the input is the caller's own word` : message,
        offset,
      ),
  );
  if (expression === undefined) return undefined;
  if (expression.type !== 'bool') complain(where, `is a ${expression.type}, not a condition`);
  const reads = callerFields([expression]);
  if (reads.length === 0) complain(where, 'must compare with caller.email or caller.userId');
  return { expression, reads };
}

function checkEffect({ effect, target, cache, confirm, lookup }: ActionEntry, at: Keys, complain: Complain): void {
  const isRead = effect === 'read';
  if (isRead && target.method !== 'GET' && target.method !== 'POST')
    complain([...at, 'target', 'method'], 'of a read is GET or POST');
  if (!isRead && target.method === 'GET') complain([...at, 'target', 'method'], 'of a write cannot be GET');
  if (target.method === 'GET' && target.body !== undefined) complain([...at, 'target', 'body'], 'is not sent with GET');
  if (!isRead && cache !== undefined) complain([...at, 'cache'], 'is for reads only');
  if (isRead && confirm !== undefined) complain([...at, 'confirm'], 'is for writes only');
  if (isRead && lookup !== undefined) complain([...at, 'lookup'], 'is for writes only');
  if (cache !== undefined && durationMs(cache) > LONGEST_CACHE_MS) complain([...at, 'cache'], 'is at most 1h');
  if (target.timeout !== undefined && durationMs(target.timeout) > LONGEST_TIMEOUT_MS) {
    complain([...at, 'target', 'timeout'], 'is at most 120s');
  }
}

function checkNames(names: readonly string[], schema: ObjectSchema, at: Keys, complain: Complain): readonly string[] {
  for (const [index, name] of names.entries()) {
    if (Object.hasOwn(schema.properties, name)) continue;
    complain([...at, index], `is not a field of the output; use ${Object.keys(schema.properties).join(', ')}`);
  }
  return names;
}

function callerFields(expressions: readonly Expression[]): readonly CallerField[] {
  const fields = new Set<CallerField>();
  for (const { reads } of expressions) {
    for (const [variable, field] of reads) {
      if (variable === 'caller' && (field === 'email' || field === 'userId')) fields.add(field);
    }
  }
  return [...fields];
}
