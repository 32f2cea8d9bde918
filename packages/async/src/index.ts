export { backoff } from './backoff.ts';
export { createFairQueue, type FairLimits, type FairQueue } from './fair-queue.ts';
export { createFairSemaphore, type FairSemaphore } from './fair-semaphore.ts';
export { createPriorityQueue, type PriorityQueue } from './priority-queue.ts';
export { createRateLimiter, type Rate, type RateLimiter } from './rate-limiter.ts';
export { createSemaphore, type Semaphore } from './semaphore.ts';
export { withinLimit } from './within-limit.ts';
