import { element, isTime, timeElement } from './element.js';
import { nameOf } from './systems.js';

/** Longer texts are folded. */
const WIDE = { characters: 500, lines: 9 };
const NARROW = { characters: 160, lines: 3 };

/** A card of plain text. `isNarrow` folds texts that would fill the screen of a phone. */
export function createCard(card, { isNew, isNarrow }) {
  const { system, title, text, badges, fields, notes, at } = card;
  const most = isNarrow ? NARROW : WIDE;
  return element('li', { class: isNew ? 'card new' : 'card', 'data-system': system }, [
    element('article', {}, [
      element('p', { class: 'source' }, [element('span', { class: 'system' }, nameOf(system)), timeElement(at)]),
      element('h3', { dir: 'auto' }, title),
      badges.length > 0 && element('ul', { class: 'badges', 'aria-label': 'Labels' }, badges.map(badge)),
      text !== '' && foldable(text, most),
      fields.length > 0 && element('dl', {}, fields.flatMap(field)),
      notes.length > 0 && notesOf(notes, most),
    ]),
  ]);
}

const URGENT = new Set(['high', 'urgent', 'highest']);

const badge = (text) => element('li', { dir: 'auto', class: URGENT.has(text.toLowerCase()) ? 'urgent' : '' }, text);

const field = ([label, value]) => [
  element('dt', { dir: 'auto' }, label),
  element('dd', { dir: 'auto' }, isTime(value) ? [timeElement(value)] : value),
];

function notesOf(notes, most) {
  const items = notes.map(({ text, at }) => element('li', {}, [timeElement(at), foldable(text, most)]));
  return element('div', { class: 'notes' }, [
    element('p', {}, notes.length === 1 ? '1 note' : `${notes.length} notes`),
    element('ol', {}, items),
  ]);
}

function foldable(text, most) {
  const lines = text.split('\n');
  if (text.length <= most.characters && lines.length <= most.lines)
    return element('p', { class: 'text', dir: 'auto' }, text);
  const start = lines.slice(0, most.lines).join('\n').slice(0, most.characters);
  // Drops half of an emoji at the end.
  const whole = [...start].filter((character) => !/^[\uD800-\uDFFF]$/.test(character)).join('');
  return element('details', {}, [
    element('summary', {}, [
      element('span', { class: 'text preview', dir: 'auto' }, `${whole.trimEnd()} …`),
      element('span', { class: 'more' }, 'Show all'),
    ]),
    element('p', { class: 'text', dir: 'auto' }, text),
  ]);
}
