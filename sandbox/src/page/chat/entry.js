import { element, timeElement } from '../element.js';

const NAMES = { person: 'You', bot: 'Bot', platform: 'Event', node: 'Event' };

/** One message of the conversation. All of it is plain text. */
export function createEntry({ from, text, at, how = '', fields = [] }, isNew = false) {
  return element('li', { class: isNew ? `entry ${from} new` : `entry ${from}` }, [
    element('p', { class: 'source' }, [element('span', { class: 'name' }, NAMES[from] ?? from), timeElement(at)]),
    element('div', { class: 'bubble' }, from === 'node' ? dialogue(text, fields) : paragraph(text)),
    how !== '' && element('p', { class: 'how' }, how),
  ]);
}

const paragraph = (text) => [element('p', { dir: 'auto' }, text)];

const dialogue = (node, fields) => [
  element('p', {}, ['Dialogue ', element('strong', { dir: 'auto' }, node)]),
  fields.length > 0 &&
    element(
      'dl',
      {},
      fields.flatMap(([name, value]) => [element('dt', { dir: 'auto' }, name), element('dd', { dir: 'auto' }, value)]),
    ),
];
