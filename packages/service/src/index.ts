export { answerProblems } from './answer-problems.ts';
export {
  type ApiDescription,
  type ApiOperation,
  apiKeySecurity,
  jsonResponse,
  problemResponses,
  problemSchema,
} from './api-description.ts';
export { type ApiKeys, readApiKeys } from './api-keys.ts';
export { readCommandLine } from './command-line.ts';
export { ConfigError, commaSeparated, readConfig, required } from './config.ts';
export { environment } from './environment.ts';
export { createEventLog, type EventLine, type EventLog, noEventLog } from './event-log.ts';
export type { Check, CheckResult, Health } from './health.ts';
export { type ConnectionLimits, limitConnections, serverOptions } from './http-server.ts';
export { type LiveFiles, type LiveFilesOptions, openLiveFiles, readNamedFile } from './live-files.ts';
export { hostOf, isLocal, isLoopbackName } from './local-request.ts';
export { createLogger, type Logger } from './logger.ts';
export { operationsApi } from './operations-api.ts';
export { answerError, type ProblemCode, sendProblem, sendUnauthorized } from './problem.ts';
export {
  type ClusterAddress,
  connectRedis,
  createRedis,
  createRedisCluster,
  isMistake,
  type RedisAddress,
  type RedisOptions,
} from './redis.ts';
export { createRefusalLog, type RefusalLog } from './refusal-log.ts';
export { runService, type ServiceContext, type ServiceDefinition } from './run-service.ts';
export { type Environment, readSecret, Secret, Variable } from './secret.ts';
export { type Access, type HolderOf, openAccess, watchAccess } from './watch-access.ts';
