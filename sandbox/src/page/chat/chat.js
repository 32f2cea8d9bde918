import { element } from '../element.js';
import { createEntry } from './entry.js';
import { createPeople } from './people.js';

const RETRY_MS = 1_000;
const SUGGESTIONS = [
  'Where is order 1001?',
  'Is my subscription still active?',
  'What do you know about me?',
  'How do I return an item?',
  'Talk to a person',
];
/** Closer to the end than this, the viewer follows the conversation. */
const NEAR_PX = 120;

const find = (id) => document.getElementById(id);
const [entries, scroller, typing, choices, input] = ['entries', 'scroller', 'typing', 'choices', 'text'].map(find);

let stream;
let person;

function say(state, text) {
  const connection = find('connection');
  connection.dataset.state = state;
  connection.firstElementChild.textContent = text;
}

const isAtEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PX;

function scrollToEnd() {
  scroller.scrollTop = scroller.scrollHeight;
  find('latest').hidden = true;
}

/** Changes the conversation, and stays at its end if the viewer was there. */
function change(apply, isOwn = false) {
  const follows = isOwn || isAtEnd();
  apply();
  find('welcome').hidden = entries.childElementCount > 0;
  if (follows) scrollToEnd();
  else find('latest').hidden = false;
}

function offer(entry) {
  const texts = entry === undefined ? SUGGESTIONS : (entry.choices ?? []);
  choices.replaceChildren(
    ...texts.map((text) => {
      const button = element('button', { type: 'button' }, text);
      button.addEventListener('click', () => {
        input.focus();
        send(text);
      });
      return button;
    }),
  );
}

function showAll(conversation) {
  // Screen readers announce what is added, not what is there already.
  entries.setAttribute('aria-live', 'off');
  change(() => entries.replaceChildren(...conversation.entries.map((entry) => createEntry(entry))), true);
  typing.hidden = !conversation.isTyping;
  offer(conversation.entries.at(-1));
  requestAnimationFrame(() => entries.setAttribute('aria-live', 'polite'));
}

function show(entry) {
  change(() => entries.append(createEntry(entry, true)), entry.from === 'person');
  // A message that an event sends must not take the buttons of a question away.
  if (entry.from === 'person' || entry.from === 'bot') offer(entry);
}

/** The message stays in the field if the sandbox refuses it. */
async function send(text) {
  const problem = find('problem');
  problem.textContent = '';
  try {
    const response = await fetch('/chat-page/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ person, text }),
    });
    if (response.ok) return true;
    const { error = '' } = await response.json().catch(() => ({}));
    problem.textContent = `This was not sent (${response.status}). ${error}`;
  } catch {
    problem.textContent = 'The sandbox does not answer. Check that it is running, then try again.';
  }
  return false;
}

find('composer').addEventListener('submit', async (event) => {
  event.preventDefault();
  const text = input.value.trim();
  if (text === '') return;
  input.value = '';
  if (!(await send(text)) && input.value === '') input.value = text;
});
find('latest').addEventListener('click', () => {
  scrollToEnd();
  input.focus();
});
scroller.addEventListener('scroll', () => {
  if (isAtEnd()) find('latest').hidden = true;
});

function connect() {
  stream?.close();
  const opened = new EventSource(`/chat-page/live?person=${encodeURIComponent(person)}`);
  stream = opened;
  opened.addEventListener('open', () => say('live', 'Live'));
  opened.addEventListener('error', () => {
    say('lost', 'Reconnecting …');
    // The browser stops retrying after an error response.
    if (opened.readyState === EventSource.CLOSED) {
      setTimeout(() => {
        if (stream === opened) connect();
      }, RETRY_MS);
    }
  });
  opened.addEventListener('all', ({ data }) => showAll(JSON.parse(data)));
  opened.addEventListener('entry', ({ data }) => show(JSON.parse(data)));
  opened.addEventListener('typing', ({ data }) =>
    change(() => {
      typing.hidden = !JSON.parse(data);
    }),
  );
}

await createPeople(find('people'), (chosen) => {
  person = chosen;
  connect();
});
