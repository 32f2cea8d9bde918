import { afterQuietHours, type DigestFrequency, nextDigest, type QuietHours } from './quiet-hours.ts';

export const channels = ['chat', 'slack', 'email', 'webhook'] as const;
export type Channel = (typeof channels)[number];

/** A person's consents and settings. An absent consent is a refusal. */
export interface Preference {
  readonly channels: { readonly [C in Channel]?: boolean };
  /** By event type. */
  readonly topics: Readonly<Record<string, boolean>>;
  readonly quietHours: QuietHours | undefined;
  readonly timeZone: string | undefined;
  readonly locale: string | undefined;
  readonly digest: DigestFrequency;
  readonly email: string | undefined;
  readonly slackUserId: string | undefined;
  readonly webhookUrl: string | undefined;
}

/** The part of a message that the decision needs. */
export interface Notice {
  readonly type: string;
  /** Skips quiet hours, digests and rate limits, but never a missing consent. */
  readonly urgent: boolean;
  /** Epoch ms. */
  readonly expiresAt: number;
  /** True after an earlier decision delayed it or put it into a digest. It does not join a digest again. */
  readonly waited?: boolean;
  /** The person asked for it: an answer in the chat, which needs no consent and does not wait. */
  readonly solicited?: boolean | undefined;
}

export type Decision =
  | { readonly kind: 'send'; readonly channels: readonly Channel[] }
  | { readonly kind: 'wait'; readonly channels: readonly Channel[]; readonly until: number }
  | { readonly kind: 'digest'; readonly channels: readonly Channel[]; readonly at: number }
  | { readonly kind: 'skip'; readonly reason: 'not_opted_in' | 'no_address' | 'expired' };

/** Decides whether, when and on which channels a person receives a message. */
export function decide(preference: Preference, notice: Notice, now: number): Decision {
  if (notice.expiresAt <= now) return { kind: 'skip', reason: 'expired' };
  if (notice.solicited === true) return { kind: 'send', channels: ['chat'] };
  if (preference.topics[notice.type] !== true) return { kind: 'skip', reason: 'not_opted_in' };
  const agreed = channels.filter((channel) => preference.channels[channel] === true);
  if (agreed.length === 0) return { kind: 'skip', reason: 'not_opted_in' };
  const reachable = agreed.filter((channel) => hasAddress(preference, channel));
  if (reachable.length === 0) return { kind: 'skip', reason: 'no_address' };
  if (notice.urgent) return { kind: 'send', channels: reachable };

  const { quietHours, timeZone = 'UTC', digest } = preference;
  const allowed = (at: number): number => (quietHours === undefined ? at : afterQuietHours(at, quietHours, timeZone));
  if (digest !== 'none' && notice.waited !== true) {
    const at = allowed(nextDigest(now, digest, timeZone));
    // A message that would expire before the digest is sent on its own.
    if (at < notice.expiresAt) return { kind: 'digest', channels: reachable, at };
  }
  const until = allowed(now);
  if (until >= notice.expiresAt) return { kind: 'skip', reason: 'expired' };
  return until === now ? { kind: 'send', channels: reachable } : { kind: 'wait', channels: reachable, until };
}

function hasAddress({ email, slackUserId, webhookUrl }: Preference, channel: Channel): boolean {
  const address = { chat: '', email, slack: slackUserId, webhook: webhookUrl }[channel];
  return address !== undefined;
}
