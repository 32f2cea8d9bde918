export { createAdmission, HeldBack, shortQueue } from './admission.ts';
export { type Auth, checkAuth } from './auth.ts';
export { bodyOf } from './body-of.ts';
export { escapeHtml } from './escape-html.ts';
export {
  createGuardedTarget,
  type GuardedRequest,
  type GuardedTarget,
  type GuardedTargetOptions,
} from './guarded-target.ts';
export { OutboundError, type OutboundErrorCode } from './outbound-error.ts';
export { createWebhookSigner, type SignWebhook } from './standard-webhooks.ts';
export {
  createTarget,
  type OutboundRequest,
  type OutboundResponse,
  type Target,
  type TargetOptions,
} from './target.ts';
export { createTokenClient, type TokenClientOptions } from './token-client.ts';
export { visibleText } from './visible-text.ts';
