import { escapeHtml } from '@switchboard/outbound';
import type { Note } from './crm.ts';
import { ACTIVITY } from './note.ts';
import { fitMessages, type Message, omission } from './transcript.ts';

/** The limit of HubSpot is 65,536 characters, that of Salesforce 32,000. Transcripts leave room for a line to be added. */
const MOST_HTML = 62_000;
const MOST_TEXT = 31_000;
/** The title of the transcript, and the line that says how many messages are left out. */
const AROUND = 200;

interface Style {
  most: number;
  title(text: string): string;
  fact(label: string, value: string): string;
  message(message: Message): string;
  text(text: string): string;
  lineBreak: string;
  paragraph(text: string): string;
  between: string;
}

export const noteText = (note: Note): string => render(note, TEXT);
export const noteHtml = (note: Note): string => render(note, HTML);

const labelOf = ({ speaker, time }: Message): string => (time === '' ? speaker : `${speaker} (${time})`);

const TEXT: Style = {
  most: MOST_TEXT,
  title: (text) => text,
  fact: (label, value) => `${label}: ${value}`,
  message: (message) => `${labelOf(message)}: ${message.text}`,
  text: (text) => text,
  lineBreak: '\n',
  paragraph: (text) => text,
  between: '\n\n',
};

const HTML: Style = {
  most: MOST_HTML,
  title: (text) => `<b>${escapeHtml(text)}</b>`,
  fact: (label, value) => `<b>${escapeHtml(label)}</b>: ${escapeHtml(value)}`,
  message: (message) => `<b>${escapeHtml(labelOf(message))}</b>: ${HTML.text(message.text)}`,
  text: (text) => escapeHtml(text).replaceAll('\n', '<br>'),
  lineBreak: '<br>',
  paragraph: (text) => `<p>${text}</p>`,
  between: '',
};

function render({ title, facts, summary, messages, key }: Note, style: Style): string {
  const lines = facts.map(({ label, value }) => style.fact(label, value));
  const join = (parts: readonly string[]): string =>
    parts
      .filter((part) => part !== '')
      .map(style.paragraph)
      .join(style.between);
  const start = [style.title(title), lines.join(style.lineBreak), style.text(summary)];
  const end = `${ACTIVITY} ${key}`;
  const room = style.most - AROUND - join([...start, end]).length;
  const { head, omitted, tail } = fitMessages(messages, room, (message) => style.message(message).length + 10);
  const shown = [
    ...head.map(style.message),
    ...(omitted > 0 ? [style.text(omission(omitted))] : []),
    ...tail.map(style.message),
  ];
  const transcript = shown.length === 0 ? [] : [style.title('Transcript (times in UTC)'), ...shown];
  return join([...start, transcript.join(style.lineBreak), end]);
}
