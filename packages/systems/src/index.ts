export { type Connection, type Connections, ROLES, type Role } from './connection.ts';
export { checkConnections } from './connections-file.ts';
export type { Kinds, Setting, SystemKind } from './kind.ts';
export { type ConnectionsOptions, connectionsConfig, openConnections } from './open-connections.ts';
export { openForService, type ServiceContext } from './open-for-service.ts';
export { createSystems, type System, type Systems, type SystemsOptions } from './systems.ts';
export { targetOptions } from './target-options.ts';
