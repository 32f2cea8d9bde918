import type { EventType } from '@switchboard/events';
import type { DefinitionProblem } from '@switchboard/expressions/definition';
import { checkGraph } from './check-graph.ts';
import { compileDefinition } from './compile/compile-flow.ts';
import { type FlowFile, readFlowFile } from './file/flow-file.ts';
import { type Normal, normalForm } from './file/normal-form.ts';
import { lacksDefault, type Messages } from './file/normal-steps.ts';
import type { RawFlow, RawTexts } from './file/raw-flow.ts';
import type { FlowSource } from './file/yaml-file.ts';
import type { Flow } from './flow.ts';
import { FlowError, type FlowProblem } from './flow-error.ts';
import { LIMITS } from './limits.ts';

export interface LoadOptions {
  /** The hashes of the versions that were in force before, by `name@version`. */
  readonly known?: ReadonlyMap<string, string>;
  /** Each message has a text for it. Default `en`. */
  readonly defaultLocale?: string;
}

export interface LoadedFlows {
  readonly flows: readonly Flow[];
  /** The flows that wait for each event type. */
  readonly byType: ReadonlyMap<EventType, readonly Flow[]>;
}

/** @throws FlowError naming everything that is wrong, with file, line and column */
export function loadFlows(
  sources: readonly FlowSource[],
  { known, defaultLocale = 'en' }: LoadOptions = {},
): LoadedFlows {
  const problems: FlowProblem[] = [];
  const files = sources.flatMap((source) => {
    const read = readFlowFile(source);
    problems.push(...read.problems);
    return 'file' in read ? [read.file] : [];
  });
  // What a broken file would add is missing everywhere else.
  if (problems.length > 0) throw new FlowError('INVALID', problems);
  const messages = collectMessages(files, defaultLocale, problems);
  const normals = collectFlows(files, messages, defaultLocale, problems);
  const flows = normals.flatMap((normal) => compileNormal(normal, known, problems) ?? []);
  if (problems.length === 0) checkGraph(normals, problems);
  if (problems.length > 0) throw new FlowError('INVALID', problems);
  const byType = new Map<EventType, Flow[]>();
  for (const flow of flows) {
    for (const type of new Set(flow.slots.map((slot) => slot.type)))
      byType.set(type, [...(byType.get(type) ?? []), flow]);
  }
  return { flows, byType };
}

function collectMessages(files: readonly FlowFile[], defaultLocale: string, problems: FlowProblem[]): Messages {
  const messages = new Map<string, { file: FlowFile; texts: RawTexts }>();
  for (const file of files) {
    for (const [name, texts] of Object.entries(file.content.messages ?? {})) {
      const at = ['messages', name];
      const other = messages.get(name);
      if (other !== undefined)
        problems.push(file.problemAt({ at, message: `is also in ${other.file.path}; give it another name` }));
      if (!Object.hasOwn(texts as object, defaultLocale)) {
        problems.push(file.problemAt({ at, message: lacksDefault(defaultLocale) }));
      }
      messages.set(name, { file, texts: texts as RawTexts });
    }
  }
  return messages;
}

function collectFlows(
  files: readonly FlowFile[],
  messages: Messages,
  defaultLocale: string,
  problems: FlowProblem[],
): Normal[] {
  const names = new Map<string, FlowFile>();
  const normals: Normal[] = [];
  for (const file of files) {
    for (const [name, raw] of Object.entries(file.content.flows ?? {})) {
      const found: DefinitionProblem[] = [];
      const other = names.get(name);
      if (other !== undefined)
        found.push({ at: ['flows', name], message: `is also in ${other.path}; give it another name` });
      names.set(name, file);
      const normal = normalForm(name, raw as RawFlow, { file, messages, defaultLocale, problems: found });
      problems.push(...found.map(file.problemAt));
      if (normal !== undefined) normals.push(normal);
    }
  }
  if (names.size > LIMITS.flows) {
    const [file] = files;
    problems.push({
      path: '',
      message: `There are ${names.size} flows; at most ${LIMITS.flows} can be in force`,
      ...(file && { place: { file: file.path, line: 1, column: 1 } }),
    });
  }
  return normals;
}

function compileNormal(
  { definition, origins }: Normal,
  known: ReadonlyMap<string, string> | undefined,
  problems: FlowProblem[],
): Flow | undefined {
  const found: DefinitionProblem[] = [];
  const flow = compileDefinition(definition, found);
  problems.push(...found.map((problem) => origins.locate(problem)));
  if (flow === undefined) return undefined;
  const { name, version, hash } = flow;
  const earlier = known?.get(`${name}@${version}`);
  if (earlier !== undefined && earlier !== hash) {
    const message = `has changed, but is still version ${version}; write version: ${version + 1}. What waits keeps the version it began with`;
    problems.push(origins.locate({ at: ['version'], message }));
  }
  return flow;
}
