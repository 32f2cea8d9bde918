import { createCard } from './card.js';
import { createFaults } from './faults.js';
import { createRefusal } from './refused.js';

const KINDS = ['contact', 'ticket', 'document', 'message', 'order'];
const MOST = 100;
const MOST_REFUSALS = 50;
const RETRY_MS = 1_000;

/** The cards by key, each with its element. */
const shown = new Map();
const narrow = matchMedia('(max-width: 40rem)');
const find = (id) => document.getElementById(id);
const listOf = (kind) => find(`${kind}-cards`);

/** Keeps open what the viewer has unfolded. */
function render(card, isNew, before) {
  const made = createCard(card, { isNew, isNarrow: narrow.matches });
  const folds = made.querySelectorAll('details');
  before?.querySelectorAll('details').forEach((fold, index) => {
    if (fold.open && folds[index] !== undefined) folds[index].open = true;
  });
  made.dataset.key = card.key;
  return made;
}

/** Adds a card or replaces it. The newest comes first. */
function show(card, isNew) {
  const list = listOf(card.kind);
  if (list === null) return;
  const known = shown.get(card.key);
  const made = render(card, isNew, known?.made);
  known?.made.remove();
  shown.set(card.key, { card, made });
  list.prepend(made);
  while (list.childElementCount > MOST) hide(list.lastElementChild.dataset.key);
}

function hide(key) {
  shown.get(key)?.made.remove();
  shown.delete(key);
}

narrow.addEventListener('change', () => {
  for (const [key, { card, made }] of shown) {
    const again = render(card, false, made);
    made.replaceWith(again);
    shown.set(key, { card, made: again });
  }
});

function showRefused(refused) {
  const list = find('refused-calls');
  list.prepend(...refused.map(createRefusal).reverse());
  while (list.childElementCount > MOST_REFUSALS) list.lastElementChild.remove();
}

function showTotals({ refused, ...totals }) {
  for (const kind of KINDS) {
    const total = find(`${kind}-total`);
    total.textContent = totals[kind].toLocaleString();
    total.nextElementSibling.textContent = totals[kind] === 1 ? kind : `${kind}s`;
  }
  find('refused-total').textContent =
    refused === 0 ? 'No refused calls' : refused === 1 ? '1 refused call' : `${refused.toLocaleString()} refused calls`;
}

function say(state, text) {
  const connection = find('connection');
  if (connection.dataset.state === state) return;
  connection.dataset.state = state;
  connection.firstElementChild.textContent = text;
}

/** Announces the cards that arrived together to screen readers, in one sentence. */
function announce(cards) {
  const [last] = cards.slice(-1);
  if (last === undefined) return;
  const others = cards.length > 1 ? `, and ${cards.length - 1} more` : '';
  find('news').textContent = `New: ${last.kind} ${last.title.slice(0, 100)}${others}`;
}

/** Returns false, and shows the reason, if the sandbox refuses the request. */
async function request(method, url, body) {
  const problem = find('problem');
  problem.textContent = '';
  try {
    const response = await fetch(url, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (response.ok) return true;
    const { error = '' } = await response.json().catch(() => ({}));
    problem.textContent = `The sandbox refused this (${response.status}). ${error}`;
  } catch {
    problem.textContent = 'The sandbox does not answer. Check that it is running, then try again.';
  }
  return false;
}

const showFaults = createFaults({ list: find('fault-systems'), summary: find('fault-summary'), request });
find('clear').addEventListener('click', async () => {
  if (await request('DELETE', '/effects')) find('news').textContent = 'Cleared.';
});

function connect() {
  const stream = new EventSource('/live');
  stream.addEventListener('open', () => say('live', 'Live'));
  stream.addEventListener('error', () => {
    say('lost', 'Reconnecting …');
    if (stream.readyState !== EventSource.CLOSED) return;
    // The browser stops retrying after an error response.
    setTimeout(connect, RETRY_MS);
  });
  stream.addEventListener('all', ({ data }) => {
    const { cards, refused, totals } = JSON.parse(data);
    for (const key of [...shown.keys()]) hide(key);
    for (const card of cards) show(card, false);
    find('refused-calls').replaceChildren();
    showRefused(refused);
    showTotals(totals);
  });
  stream.addEventListener('change', ({ data }) => {
    const { cards, removed, refused, totals } = JSON.parse(data);
    for (const key of removed) hide(key);
    for (const card of cards) show(card, true);
    showRefused(refused);
    showTotals(totals);
    announce(cards);
  });
  stream.addEventListener('faults', ({ data }) => showFaults(JSON.parse(data)));
}

connect();
