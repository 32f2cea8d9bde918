export const systemNames = [
  'hubspot',
  'salesforce',
  'zendesk',
  'freshdesk',
  'jira',
  'helpdesk',
  'slack',
  'smtp',
  'chat',
  'embeddings',
  'shop',
  'webhook',
] as const;

export type SystemName = (typeof systemNames)[number];

/** `effect` changed something, `lookup` changed nothing, `refused` was answered with an error. */
export const effectKinds = ['effect', 'lookup', 'refused'] as const;

export type EffectKind = (typeof effectKinds)[number];

/** A request that a system received, with its answer. */
export interface Effect {
  /** Increases by one with every request. */
  readonly id: number;
  readonly system: SystemName;
  readonly kind: EffectKind;
  /** `SEND` for a mail; `RCPT`, `AUTH` or `DATA` when SMTP refuses that command. */
  readonly method: string;
  /** The path within the API, with the query; the recipients for a mail. */
  readonly path: string;
  /** Headers that carry secrets are left out. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON or form, other text unchanged, or null without a body. */
  readonly body: unknown;
  /** The status of the answer, even if a fault kept it from the client. */
  readonly status: number;
  /** The messages in the answer to a refused request, in one line. */
  readonly why?: string;
  /** The fault that was injected. */
  readonly fault?: 'status' | 'dropResponse' | 'malformed';
  /** Time of receipt. */
  readonly at: string;
}
