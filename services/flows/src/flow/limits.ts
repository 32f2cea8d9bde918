const SECOND = 1_000;
const DAY = 86_400 * SECOND;

/** The limits of what a flow may say. docs/flows.md lists them. */
export const LIMITS = {
  /** All files together. */
  flows: 500,
  messages: 500,
  /** Each of them is tried for each event of the type. */
  flowsPerEvent: 100,
  slots: 16,
  /** Of one branch. */
  effects: 8,
  variables: 32,
  locales: 50,
  /** Events that flows publish because of one event, directly and through other flows. */
  fanOut: 50,
  nameLength: 64,
  textLength: 10_000,
  /** Characters of a correlation value. */
  keyLength: 512,
  /** Bytes of a variable's value as JSON: flows keep facts, not documents. */
  valueBytes: 4_096,
  /** Characters of JSON that an instance keeps of one event. */
  keptLength: 65_536,
  within: { least: SECOND, most: 90 * DAY },
  once: { least: SECOND, most: 366 * DAY },
  ttl: { least: SECOND, most: 366 * DAY },
  expires: { least: 60 * SECOND, most: 30 * DAY },
} as const;

/** A message that could not be delivered in this time is dropped; `expires` changes it. */
export const DEFAULT_EXPIRES_MS = DAY;
