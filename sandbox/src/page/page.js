import { createCard } from './card.js';

const KINDS = ['contact', 'ticket', 'document', 'message'];
const MOST = 100;
const RETRY_MS = 1_000;

const shown = new Map();
const listOf = (kind) => document.getElementById(`${kind}-cards`);

/** Adds a card, or replaces it: the newest comes first. What a person has unfolded stays so. */
function show(card, isNew) {
  const list = listOf(card.kind);
  if (list === null) return;
  const known = shown.get(card.key);
  const made = createCard(card, isNew);
  if (known !== undefined) {
    const folds = made.querySelectorAll('details');
    known.querySelectorAll('details').forEach((fold, index) => {
      if (fold.open && folds[index] !== undefined) folds[index].open = true;
    });
    known.remove();
  }
  shown.set(card.key, made);
  made.dataset.key = card.key;
  list.prepend(made);
  while (list.childElementCount > MOST) hide(list.lastElementChild.dataset.key);
}

function hide(key) {
  shown.get(key)?.remove();
  shown.delete(key);
}

function showTotals(totals) {
  for (const kind of KINDS) {
    const total = document.getElementById(`${kind}-total`);
    total.textContent = totals[kind].toLocaleString();
    total.nextElementSibling.textContent = totals[kind] === 1 ? kind : `${kind}s`;
  }
}

function say(state, text) {
  const connection = document.getElementById('connection');
  if (connection.dataset.state === state) return;
  connection.dataset.state = state;
  connection.firstElementChild.textContent = text;
}

/** For those who do not see the page: a sentence for what came together. */
function announce(cards) {
  const [last] = cards.slice(-1);
  if (last === undefined) return;
  const others = cards.length > 1 ? `, and ${cards.length - 1} more` : '';
  document.getElementById('news').textContent = `New: ${last.kind} ${last.title.slice(0, 100)}${others}`;
}

function connect() {
  const stream = new EventSource('/live');
  stream.addEventListener('open', () => say('live', 'Live'));
  stream.addEventListener('error', () => {
    say('lost', 'Reconnecting …');
    if (stream.readyState !== EventSource.CLOSED) return;
    // It gave up, as it does when it is answered with an error.
    setTimeout(connect, RETRY_MS);
  });
  stream.addEventListener('all', ({ data }) => {
    const { cards, totals } = JSON.parse(data);
    for (const key of [...shown.keys()]) hide(key);
    for (const card of cards) show(card, false);
    showTotals(totals);
  });
  stream.addEventListener('change', ({ data }) => {
    const { cards, removed, totals } = JSON.parse(data);
    for (const key of removed) hide(key);
    for (const card of cards) show(card, true);
    showTotals(totals);
    announce(cards);
  });
}

connect();
