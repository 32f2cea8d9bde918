import type { Expression } from '@switchboard/expressions';
import type { Auth } from '@switchboard/outbound';
import type { InputProblem } from '../run/answer.ts';
import type { ObjectSchema } from './fields-schema.ts';
import type { Step } from './step.ts';
import type { RenderTexts } from './texts.ts';

/** An action of the files, checked and compiled. */
export interface Action {
  readonly name: string;
  readonly title: string | undefined;
  readonly description: string;
  readonly effect: 'read' | 'write';
  readonly input: ObjectSchema;
  /** The revealed fields only. */
  readonly output: ObjectSchema;
  /** Changes with the action's text. */
  readonly version: string;
  readonly connection: Connection;
  checkInput(input: unknown): readonly InputProblem[];
  /** What the requests read of the caller; without it there is no run. */
  readonly needs: readonly CallerField[];
  /** Undefined for an action whose results anyone with its scope may see. */
  readonly owner: OwnerRule | undefined;
  /** Read before a write: its output is `current`. */
  readonly lookup: { readonly step: Step; readonly reveal: readonly string[] } | undefined;
  readonly step: Step;
  readonly cacheMs: number;
  /** How long a run that answered 202 is tried. */
  readonly deadlineMs: number;
  readonly reply: RenderTexts | undefined;
  readonly notFound: RenderTexts;
  readonly failed: RenderTexts;
  /** Set for a write that the person must confirm. */
  readonly confirm: RenderTexts | undefined;
}

export type CallerField = 'email' | 'userId';

export interface OwnerRule {
  readonly expression: Expression;
  /** A caller with none of these cannot own anything. */
  readonly reads: readonly CallerField[];
}

export interface Connection {
  readonly baseUrl: string;
  readonly auth: Auth | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly concurrency: number;
}
