export { answerClientError } from './client-error.ts';
export { ConfigError, commaSeparated, readConfig, required } from './config.ts';
export { environment } from './environment.ts';
export type { Check, CheckResult, Health } from './health.ts';
export { createLogger, type Logger } from './logger.ts';
export { runService, type ServiceContext, type ServiceDefinition } from './run-service.ts';
