export { readFlowSources } from '../flow/file/read-sources.ts';
export { FlowError } from '../flow/flow-error.ts';
export { type LoadedFlows, loadFlows } from '../flow/load-flows.ts';
export { type Difference, judge } from './judge.ts';
export { type Arrival, type FlowStep, type Simulated, type Step, simulate } from './simulation.ts';
export { type FlowTest, readTestFile, START, type TestFile } from './test-file.ts';
export { renderTrace } from './trace.ts';
