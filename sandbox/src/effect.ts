export const systemNames = [
  'hubspot',
  'salesforce',
  'zendesk',
  'freshdesk',
  'jira',
  'slack',
  'smtp',
  'chat',
  'embeddings',
  'webhook',
] as const;

export type SystemName = (typeof systemNames)[number];

/** `effect` changed something, `lookup` changed nothing, `refused` was answered with an error. */
export const effectKinds = ['effect', 'lookup', 'refused'] as const;

export type EffectKind = (typeof effectKinds)[number];

/** What a system received, and what it answered. */
export interface Effect {
  /** Rises by one with every request that the sandbox receives. */
  readonly id: number;
  readonly system: SystemName;
  readonly kind: EffectKind;
  /** `SEND` for a mail. */
  readonly method: string;
  /** The API's own, with the query. */
  readonly path: string;
  /** Without those that carry secrets. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON or form; other text as it is; null when there was none. */
  readonly body: unknown;
  /** 0 when the connection was dropped before an answer was known. */
  readonly status: number;
  /** Of a refused request: the messages in the answer, in one line. */
  readonly why?: string;
  /** The fault that was injected. */
  readonly fault?: 'status' | 'dropResponse' | 'malformed';
  /** When it was received. */
  readonly at: string;
}
