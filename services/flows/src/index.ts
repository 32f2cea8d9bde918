export type { Effect, FilledInstance, Flow, Kept, Match, Outcome, Slot } from './flow/flow.ts';
