// Generated from schemas/ by `npm run generate`. Do not edit.

/** A run of an action has ended: the audit record, without what was asked or answered. */
export interface ActionCompleted {
  /** The id of the run. */
  runId: string;
  /** The name of the action. */
  action: string;
  /** The caller's name in the configuration. */
  caller: string;
  /** The SHA-256 of the person's e-mail address or user id, in hex. */
  person: string | null;
  /** Whether a program with the scope act-for named the person, who did not ask by themselves. */
  actedFor: boolean;
  /** What came of it, such as answered, not_found, refused or failed. */
  outcome: string;
  /** How long the run took. */
  durationMs: number;
  /** The SHA-256 of the input, in hex. */
  inputHash: string | null;
  /** The chatbot platform's id of the conversation that the action ran in. */
  conversationId: string | null;
}
