export interface ServerMetrics {
  /** CPU time since the process started. */
  userSeconds: number;
  systemSeconds: number;
  residentBytes: number;
}

/** Reads a service's `/metrics`. */
export async function readServerMetrics(port: number): Promise<ServerMetrics> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  const text = await response.text();
  return {
    userSeconds: sample(text, 'process_cpu_user_seconds_total'),
    systemSeconds: sample(text, 'process_cpu_system_seconds_total'),
    residentBytes: sample(text, 'process_resident_memory_bytes'),
  };
}

function sample(text: string, name: string): number {
  const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`The server has no metric ${name}`);
  return Number(value);
}
