export { type ApiKeys, readApiKeys } from './api-keys.ts';
export { ConfigError, commaSeparated, readConfig, required } from './config.ts';
export { environment } from './environment.ts';
export type { Check, CheckResult, Health } from './health.ts';
export { type ConnectionLimits, limitConnections, serverOptions } from './http-server.ts';
export { hostOf, isLocal, isLoopbackName } from './local-request.ts';
export { createLogger, type Logger } from './logger.ts';
export { createRefusalLog, type RefusalLog } from './refusal-log.ts';
export { runService, type ServiceContext, type ServiceDefinition } from './run-service.ts';
