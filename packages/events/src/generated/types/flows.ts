// Generated from schemas/ by `npm run generate`. Do not edit.

/** An instance of a flow has waited as long as its flow allows. */
export interface FlowTimeout {
  /** The value that the instance's events have in common. */
  key: string;
  /** The name of the flow. */
  flow: string;
  /** The flow's version. */
  version: number;
  /** How often the flow ran for this key before. */
  round: number;
  /** When the time was over. */
  dueAt: number;
}
