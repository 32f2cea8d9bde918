import { element } from './element.js';
import { nameOf, SYSTEMS } from './systems.js';

/** Longer than any client waits. */
const HANG_MS = 600_000;
const REFUSED = { slack: { error: 'invalid_auth' }, smtp: { status: 535 } };

const presetsOf = (system) => [
  system === 'smtp' ? ['Answer 451', { status: 451 }] : ['Answer 503', { status: 503 }],
  ['Hang', { latencyMs: HANG_MS }],
  ['Refuse credentials', REFUSED[system] ?? { status: 401 }],
];

const isSame = ({ system: _system, ...fault }, preset) =>
  Object.keys(fault).length === 1 && Object.entries(preset).every(([name, value]) => fault[name] === value);

/** Describes the effect of a fault. */
function describe({ status, error, latencyMs, dropResponse, malformed, indexLagMs, method, path, rate, count }) {
  const seconds = (ms) => `${(ms / 1_000).toLocaleString()} s`;
  const effects = [
    status !== undefined && `answers ${status}`,
    error !== undefined && `answers ${error}`,
    dropResponse === true && 'drops the connection',
    malformed === true && 'answers broken JSON',
    latencyMs !== undefined && (latencyMs >= HANG_MS ? 'hangs' : `answers ${seconds(latencyMs)} late`),
    indexLagMs !== undefined && `finds new records ${seconds(indexLagMs)} late`,
  ];
  const limits = [
    method,
    path,
    rate !== undefined && `${(rate * 100).toLocaleString()} % of requests`,
    count !== undefined && `${count.toLocaleString()} left`,
  ].filter((limit) => limit !== undefined && limit !== false);
  const text = effects.filter((effect) => effect !== false).join(', ');
  return limits.length === 0 ? text : `${text} (${limits.join(', ')})`;
}

/**
 * Builds a row of buttons for each system: each button sets one fault in place of the system's others.
 * @returns a function that shows the faults in force
 */
export function createFaults({ list, summary, request }) {
  const rows = Object.keys(SYSTEMS).map((system) => createRow(system, request));
  list.append(...rows.map(({ row }) => row));
  return (faults) => {
    const failing = rows.filter(({ show, system }) => show(faults.filter((fault) => fault.system === system)));
    summary.textContent =
      failing.length === 0
        ? 'Make a system fail'
        : `Failing: ${failing.map(({ system }) => nameOf(system)).join(', ')}`;
    summary.dataset.state = failing.length === 0 ? 'none' : 'failing';
  };
}

function createRow(system, request) {
  const name = nameOf(system);
  const state = element('span', { class: 'state' });
  const url = `/faults?system=${system}`;
  const toggles = presetsOf(system).map(([label, fault]) => {
    const button = buttonFor(label, name);
    button.addEventListener('click', async () => {
      if (!(await request('DELETE', url)) || button.getAttribute('aria-pressed') === 'true') return;
      await request('POST', '/faults', { system, ...fault });
    });
    return { button, fault };
  });
  const clear = buttonFor('Clear', name);
  clear.addEventListener('click', () => request('DELETE', url));
  const buttons = element('span', { class: 'buttons', role: 'group', 'aria-label': name }, [
    ...toggles.map(({ button }) => button),
    clear,
  ]);
  const row = element('li', { 'data-system': system }, [element('strong', {}, name), state, buttons]);

  function show(faults) {
    state.textContent = faults.length === 0 ? 'works' : faults.map(describe).join(', ');
    state.dataset.state = faults.length === 0 ? 'none' : 'failing';
    for (const { button, fault } of toggles)
      button.setAttribute('aria-pressed', String(faults.some((one) => isSame(one, fault))));
    // `disabled` would take the keyboard focus away from the button that was just pressed.
    clear.setAttribute('aria-disabled', String(faults.length === 0));
    return faults.length > 0;
  }
  return { system, row, show };
}

const buttonFor = (label, name) => element('button', { type: 'button', 'aria-label': `${label}: ${name}` }, label);
