import { LocalStackError } from './error.ts';

/** One server of the stack. */
export interface Part {
  readonly name: string;
  readonly port: number;
  /** Undefined while it does not run, and for a container. */
  readonly pid: number | undefined;
  /** Starts it on the same data and port. Resolves when it answers. */
  start(): Promise<void>;
  /** Sends SIGTERM, and SIGKILL after 10 s. Resolves when the process has ended. */
  stop(): Promise<void>;
  /** Sends SIGKILL. Resolves when the process has ended. */
  kill(): Promise<void>;
  /** Sends SIGSTOP: the process keeps its connections and answers nothing. */
  pause(): Promise<void>;
  /** Sends SIGCONT. */
  resume(): Promise<void>;
}

/** A part that another program has started. It cannot be stopped through this stack. */
export function foreignPart(name: string, port: number): Part {
  const refuse = async () => {
    throw new LocalStackError(`Another program has started ${name} (port ${port}); this stack cannot control it.`);
  };
  return { name, port, pid: undefined, start: refuse, stop: refuse, kill: refuse, pause: refuse, resume: refuse };
}
