import { isObject, objectOf, textOf } from '../json.ts';

/** What the bot says of the variables in answers of the Context API; undefined where nothing is known. */
export function contextText(answers: readonly unknown[]): string {
  const lines = answers.flatMap((answer) => {
    const { variables } = objectOf(answer);
    return isObject(variables) ? Object.entries(variables).map(([name, given]) => lineOf(name, objectOf(given))) : [];
  });
  if (lines.length === 0) return 'I know nothing about you yet. Events change that: run `npm run send -- demo`.';
  return ['This is what events have told me about you:', ...lines].join('\n');
}

function lineOf(name: string, { value, updatedAt }: Readonly<Record<string, unknown>>): string {
  const shown = textOf(value) || JSON.stringify(value);
  const time = textOf(updatedAt);
  return `• ${name}: ${shown}${time === '' ? '' : ` (${time.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')})`}`;
}
