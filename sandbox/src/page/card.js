/** How the systems call themselves. */
const SYSTEMS = {
  hubspot: 'HubSpot',
  salesforce: 'Salesforce',
  zendesk: 'Zendesk',
  freshdesk: 'Freshdesk',
  jira: 'Jira',
  slack: 'Slack',
  smtp: 'E-mail',
  chat: 'Chat platform',
  webhook: 'Webhook',
};

/** What is longer is folded. */
const FOLD_CHARACTERS = 500;
const FOLD_LINES = 9;

/** A card, made of text only: whatever strangers sent is never read as markup. */
export function createCard(card, isNew) {
  const { system, title, text, badges, fields, notes, at } = card;
  return element('li', { class: isNew ? 'card new' : 'card', 'data-system': system }, [
    element('article', {}, [
      element('p', { class: 'source' }, [
        element('span', { class: 'system' }, SYSTEMS[system] ?? system),
        element('time', { datetime: at }, new Date(at).toLocaleTimeString()),
      ]),
      element('h3', { dir: 'auto' }, title),
      badges.length > 0 && element('ul', { class: 'badges', 'aria-label': 'Labels' }, badges.map(badge)),
      text !== '' && foldable(text, 'text'),
      fields.length > 0 && element('dl', {}, fields.flatMap(field)),
      notes.length > 0 && notesOf(notes),
    ]),
  ]);
}

const URGENT = new Set(['high', 'urgent', 'highest']);

const badge = (text) => element('li', { dir: 'auto', class: URGENT.has(text.toLowerCase()) ? 'urgent' : '' }, text);

const field = ([label, value]) => [
  element('dt', { dir: 'auto' }, label.replaceAll('_', ' ')),
  element('dd', { dir: 'auto' }, value),
];

function notesOf(notes) {
  const items = notes.map(({ text, at }) =>
    element('li', {}, [element('time', { datetime: at }, new Date(at).toLocaleTimeString()), foldable(text, 'text')]),
  );
  return element('div', { class: 'notes' }, [
    element('p', {}, notes.length === 1 ? '1 note' : `${notes.length} notes`),
    element('ol', {}, items),
  ]);
}

function foldable(text, name) {
  const lines = text.split('\n');
  if (text.length <= FOLD_CHARACTERS && lines.length <= FOLD_LINES)
    return element('p', { class: name, dir: 'auto' }, text);
  // Not in the middle of an emoji.
  const start = [...lines.slice(0, FOLD_LINES).join('\n').slice(0, FOLD_CHARACTERS)].filter(isWhole).join('');
  return element('details', {}, [
    element('summary', {}, [
      element('span', { class: `${name} preview`, dir: 'auto' }, `${start.trimEnd()} …`),
      element('span', { class: 'more' }, 'Show all'),
    ]),
    element('p', { class: name, dir: 'auto' }, text),
  ]);
}

const isWhole = (character) => !/^[\uD800-\uDFFF]$/.test(character);

function element(name, attributes, children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) if (value !== '') made.setAttribute(attribute, value);
  if (typeof children === 'string') made.textContent = children;
  else made.append(...children.filter((child) => child !== false));
  return made;
}
