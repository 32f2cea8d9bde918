export { backoff } from './backoff.ts';
export { withinLimit } from './within-limit.ts';
