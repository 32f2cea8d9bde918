/** How a state looks: its word, and its colour. */
interface State {
  readonly text: string;
  readonly color: 'green' | 'orange' | 'red';
}

/** The gauges whose numbers stand for states, and the word for each number. */
export const states: Readonly<Record<string, Readonly<Record<string, State>>>> = {
  consumer_paused: { 0: { text: 'running', color: 'green' }, 1: { text: 'paused', color: 'red' } },
  outbound_breaker_state: {
    0: { text: 'closed', color: 'green' },
    1: { text: 'half-open', color: 'orange' },
    2: { text: 'open', color: 'red' },
  },
  ingest_seen_ids_available: { 0: { text: 'unavailable', color: 'orange' }, 1: { text: 'available', color: 'green' } },
  ingest_quota_shared: { 0: { text: 'each for itself', color: 'orange' }, 1: { text: 'shared', color: 'green' } },
  ingest_sources_reload_failed: { 0: { text: 'up to date', color: 'green' }, 1: { text: 'failed', color: 'red' } },
  callers_reload_failed: { 0: { text: 'up to date', color: 'green' }, 1: { text: 'failed', color: 'red' } },
  actions_reload_failed: { 0: { text: 'up to date', color: 'green' }, 1: { text: 'failed', color: 'red' } },
  flows_reload_failed: { 0: { text: 'up to date', color: 'green' }, 1: { text: 'failed', color: 'red' } },
  connections_reload_failed: { 0: { text: 'up to date', color: 'green' }, 1: { text: 'failed', color: 'red' } },
  notifier_recipients_reload_failed: { 0: { text: 'up to date', color: 'green' }, 1: { text: 'failed', color: 'red' } },
  up: { 0: { text: 'down', color: 'red' }, 1: { text: 'up', color: 'green' } },
};

/** `max by (service) (consumer_paused{…})`: the state itself, not a number of states. */
const STATE_QUERY = /^(?:min|max)(?: by \([\w, ]+\))? ?\((\w+)(?:\{[^}]*\})?\)$/;

/** Grafana's value mappings for a query that answers a state; none for one that answers a number. */
export function mappingsOf(expr: string): object[] {
  const known = states[STATE_QUERY.exec(expr)?.[1] ?? ''];
  if (known === undefined) return [];
  const options = Object.entries(known).map(([value, state], index) => [value, { ...state, index }]);
  return [{ type: 'value', options: Object.fromEntries(options) }];
}
