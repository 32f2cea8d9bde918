export { credentials } from './credentials.ts';
export type { Effect, EffectKind, SystemName } from './effect.ts';
export type { FaultOptions } from './fault.ts';
export { type DemoPerson, demoPeople } from './people.ts';
export { type Sandbox, type SandboxOptions, startSandbox } from './start-sandbox.ts';
export { zendeskTicketFields } from './systems/ticket-fields.ts';
