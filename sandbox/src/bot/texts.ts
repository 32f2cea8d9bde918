import { listOf, objectOf, textOf } from '../json.ts';
import type { ActionAnswer, Down } from './answer.ts';

export const SUGGESTIONS = [
  'Where is order 1001?',
  'Is my subscription still active?',
  'What do you know about me?',
  'How do I return an item?',
  'Talk to a person',
];

export const GREETING =
  'Hello! I can look up orders and subscriptions, change a subscription, search the help pages, and fetch a person.';

export const UNKNOWN = 'I am a small bot with a few rules, and none of them fits this. Try one of these:';

export const isDown = ({ url }: Down, what: string): string =>
  `I cannot reach ${what} at ${url}. Check that \`npm start\` is running.`;

/** What the bot says to an answer of an action. @param missing what it says when nothing was found */
export function textOfAnswer(answer: ActionAnswer, missing: string): string {
  switch (answer.kind) {
    case 'done':
      return answer.reply ?? summaryOf(answer.output);
    case 'follows':
      return 'I am looking that up; the answer follows here.';
    case 'unconfirmed':
      return answer.summary;
    case 'not-found':
      return missing;
    case 'too-many':
      return `That was too much at once. Please ask again ${answer.seconds === undefined ? 'in a moment' : `in ${answer.seconds} s`}.`;
    case 'no-answer':
      return 'The system that knows this does not answer at the moment. Please try again later.';
    case 'refused':
      return answer.status === 401 || answer.status === 403
        ? `Switchboard does not let me do this (${answer.status}).`
        : `That did not work (${answer.status}). ${answer.detail}`.trim();
    case 'down':
      return isDown(answer, 'the actions service');
  }
}

/** For an action without a reply: its fields, one a line. */
function summaryOf(output: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(output).flatMap(([name, value]) => {
    const text = textOf(value);
    return text === '' ? listOf(value).map(lineOf) : [`${name}: ${text}`];
  });
  return lines.length === 0 ? 'Done.' : lines.join('\n');
}

function lineOf(item: unknown): string {
  const texts = Object.values(objectOf(item)).map(textOf).filter(Boolean);
  return `• ${textOf(item) || texts.join(', ')}`;
}
