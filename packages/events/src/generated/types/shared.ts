// Generated from schemas/ by `npm run generate`. Do not edit.

/** What is known about every event, whatever happened. */
export interface EventMeta {
  /** The sender's id of the event, else one made from its content; unique per tenant, source and event type. */
  id: string;
  /** The event type, as the catalogue names it. */
  type: string;
  /** The configured source that the event came through. */
  source: string;
  /** Whose event it is; from the source's configuration, never from the body. */
  tenant: string;
  /** When it happened, as the sender says; when it was received, if the sender does not say. */
  occurredAt: number;
  /** When Switchboard received it. */
  receivedAt: number;
  /** JSON text of the sent fields that the schema does not know, nested as they were sent. */
  extra: string | null;
}
