import type { Statement } from '../database.ts';

export interface ThreadOptions {
  readonly folder: string;
}

export type Request = { readonly id: number } & (
  | { readonly kind: 'query'; readonly statement: Statement }
  | { readonly kind: 'transact'; readonly statements: readonly Statement[] }
  | { readonly kind: 'close' }
);

/** The properties of an error that survive the way between threads. */
export interface Failure {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

export type Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'notification'; readonly channel: string; readonly payload: string };
