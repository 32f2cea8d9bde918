export { compileFlow } from './flow/compile/compile-flow.ts';
export { readFlowSources } from './flow/file/read-sources.ts';
export type { FlowSource } from './flow/file/yaml-file.ts';
export type { Effect, FilledInstance, Flow, Kept, Match, Outcome, Slot } from './flow/flow.ts';
export { FlowError, type FlowErrorCode, type FlowProblem } from './flow/flow-error.ts';
export { type LoadedFlows, type LoadOptions, loadFlows } from './flow/load-flows.ts';
