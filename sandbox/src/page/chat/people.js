import { element } from '../element.js';

const PARAMETER = 'person';
const RETRY_MS = 1_000;

/** Builds the choice of the person. It is kept in the address, so that a reload keeps it. */
export async function createPeople(fieldset, onChoose) {
  const people = await load();
  const asked = new URLSearchParams(location.search).get(PARAMETER);
  const chosen = people.find(({ userId }) => userId === asked) ?? people[0];
  for (const person of people) {
    const { userId, name, email } = person;
    const radio = element('input', { type: 'radio', name: PARAMETER, value: userId, id: userId });
    radio.checked = person === chosen;
    radio.addEventListener('change', () => {
      history.replaceState(null, '', `?${PARAMETER}=${encodeURIComponent(userId)}`);
      onChoose(userId);
    });
    const initials = name
      .split(' ')
      .map(([letter]) => letter)
      .join('');
    const label = element('label', { for: userId, title: email }, [
      element('span', { class: 'face', 'aria-hidden': 'true' }, initials),
      element('span', {}, name),
    ]);
    fieldset.append(radio, label);
  }
  onChoose(chosen.userId);
}

/** Waits for a sandbox that starts. */
async function load() {
  for (;;) {
    const response = await fetch('/chat-page/people').catch(() => undefined);
    if (response?.ok) return response.json();
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
