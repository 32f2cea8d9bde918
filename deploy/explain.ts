import { KafkaError } from '@switchboard/kafka';
import { LocalStackError } from '@switchboard/local';
import { ConfigError } from '@switchboard/service';
import { StartError } from './supervise.ts';

/** Errors whose message says what to do. */
const SELF_EXPLANATORY = [ConfigError, KafkaError, LocalStackError, StartError];

/** Ends the process with 1: with the message where it says what to do, with the stack where it is a bug of ours. */
export function explainAndExit(error: unknown): never {
  const known = SELF_EXPLANATORY.some((kind) => error instanceof kind);
  console.error(known ? (error as Error).message : error);
  process.exit(1);
}
