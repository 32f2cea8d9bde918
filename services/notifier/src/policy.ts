import { afterQuietHours, type DigestFrequency, nextDigest, type QuietHours } from './quiet-hours.ts';

export const channels = ['chat', 'slack', 'email', 'webhook'] as const;
export type Channel = (typeof channels)[number];

/** What a person agreed to; anything absent is not agreed to. */
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

/** What the decision needs to know of a message. */
export interface Notice {
  readonly type: string;
  /** Passes quiet hours, digests and rate limits; never a missing agreement. */
  readonly urgent: boolean;
  /** From then on it is pointless. */
  readonly expiresAt: number;
  /** It was decided before that this one waits or is gathered: it does not join a digest again. */
  readonly waited?: boolean;
}

export type Decision =
  | { readonly kind: 'send'; readonly channels: readonly Channel[] }
  | { readonly kind: 'wait'; readonly channels: readonly Channel[]; readonly until: number }
  | { readonly kind: 'digest'; readonly channels: readonly Channel[]; readonly at: number }
  | { readonly kind: 'skip'; readonly reason: 'not_opted_in' | 'no_address' | 'expired' };

/** Whether, when and where a person hears of something. */
export function decide(preference: Preference, notice: Notice, now: number): Decision {
  if (notice.expiresAt <= now) return { kind: 'skip', reason: 'expired' };
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
    // What would be pointless by then is worth a message of its own.
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
