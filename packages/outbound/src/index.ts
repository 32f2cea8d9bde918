export { OutboundError, type OutboundErrorCode } from './outbound-error.ts';
export {
  createTarget,
  type OutboundRequest,
  type OutboundResponse,
  type Target,
  type TargetOptions,
} from './target.ts';
