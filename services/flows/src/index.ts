export { type ContextApiDeps, registerContextApi } from './context/context-api.ts';
export { type ContextStore, createContextStore } from './context/context-store.ts';
export type { VariableChange } from './context/variables.ts';
export type { Effect, FilledInstance, Flow, Kept, Match, Outcome, Slot } from './flow/flow.ts';
