export { createApiKey, digestOf, isApiKey } from './api-keys.ts';
export type { Authentication, CallerRequest, Fault } from './authenticate.ts';
export { authenticateRoutes, callerOf, requireScope, sendForbidden } from './authenticate-routes.ts';
export type { Caller } from './caller.ts';
export { type CallersFile, parseCallers } from './callers-file.ts';
export { createDirectory, type Directory } from './directory.ts';
export { type Callers, type CallersOptions, openCallers } from './open-callers.ts';
export { actingFor, mayActFor, personIn } from './person.ts';
export { allows, isScope, SCOPE_FORMS } from './scopes.ts';
