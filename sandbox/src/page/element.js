/** Creates an element from attributes and text or elements. Events only ever become text, never markup. */
export function element(name, attributes, children = []) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) if (value !== '') made.setAttribute(attribute, value);
  if (typeof children === 'string') made.textContent = children;
  else made.append(...children.filter((child) => child !== false));
  return made;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

export const isTime = (text) => TIME.test(text) && !Number.isNaN(Date.parse(text));

/** The time in the viewer's time zone, with the date unless it is today. The ISO time is its title. */
export function timeElement(iso) {
  const time = new Date(iso);
  const isToday = time.toDateString() === new Date().toDateString();
  const text = isToday
    ? time.toLocaleTimeString()
    : time.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
  return element('time', { datetime: iso, title: iso }, text);
}
