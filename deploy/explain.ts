/** The errors whose message says what to do; by name, so that a small command need not load what throws them. */
const SELF_EXPLANATORY = new Set(['ConfigError', 'KafkaError', 'LocalStackError', 'NewServiceError', 'StartError']);

/** Ends the process with 1: with the message where it says what to do, with the stack where it is a bug of ours. */
export function explainAndExit(error: unknown): never {
  const known = error instanceof Error && SELF_EXPLANATORY.has(error.name);
  console.error(known ? error.message : error);
  process.exit(1);
}
