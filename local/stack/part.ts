import { LocalStackError } from './error.ts';

/** One server of the stack. */
export interface Part {
  readonly name: string;
  readonly port: number;
  /** undefined while it does not run, and for a part that is not a process of ours. */
  readonly pid: number | undefined;
  /** Starts it on the same data and port; returns when it answers. */
  start(): Promise<void>;
  /** Asks it to stop, and kills it when it has not after 10 s; returns when it is gone. */
  stop(): Promise<void>;
  /** SIGKILL; returns when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: it keeps its connections and answers nothing. */
  pause(): Promise<void>;
  /** SIGCONT. */
  resume(): Promise<void>;
}

/** A part that somebody else has started: it is used, and left alone. */
export function foreignPart(name: string, port: number): Part {
  const refuse = async () => {
    throw new LocalStackError(`This stack has not started ${name} (port ${port}), and leaves it alone.`);
  };
  return { name, port, pid: undefined, start: refuse, stop: refuse, kill: refuse, pause: refuse, resume: refuse };
}
