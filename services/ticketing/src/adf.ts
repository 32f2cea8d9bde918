import { omission, type Report } from './transcript.ts';

/** Atlassian Document Format, as much of it as is needed here. */
export interface AdfDocument {
  version: 1;
  type: 'doc';
  content: AdfParagraph[];
}
interface AdfParagraph {
  type: 'paragraph';
  content: AdfInline[];
}
type AdfInline = { type: 'hardBreak' } | { type: 'text'; text: string; marks?: { type: 'strong' | 'em' }[] };

/** A report as a Jira document; text nodes are never read as markup. */
export function renderAdf({ facts, messages, omitted, reference }: Report): AdfDocument {
  const turns = messages.map(({ speaker, time, lines }) =>
    paragraph([[strong(speaker), plain(time && ` · ${time}`)], ...lines.map((line) => [plain(line)])]),
  );
  if (omitted.count > 0) turns.splice(omitted.after, 0, paragraph([[marked(omission(omitted.count), 'em')]]));
  return {
    version: 1,
    type: 'doc',
    content: [
      paragraph(facts.map(({ label, value }) => [strong(label), plain(`: ${value}`)])),
      ...(turns.length === 0 ? [] : [paragraph([[strong('Transcript'), plain(' (times in UTC)')]]), ...turns]),
      paragraph([[plain(`Reference: ${reference}`)]]),
    ],
  };
}

const plain = (text: string): AdfInline => ({ type: 'text', text });
const marked = (text: string, type: 'strong' | 'em'): AdfInline => ({ type: 'text', text, marks: [{ type }] });
const strong = (text: string): AdfInline => marked(text, 'strong');

/** Jira refuses a text node without text. */
const paragraph = (lines: AdfInline[][]): AdfParagraph => ({
  type: 'paragraph',
  content: lines.flatMap((line, index): AdfInline[] => [
    ...(index === 0 ? [] : [{ type: 'hardBreak' } as const]),
    ...line.filter((node) => node.type !== 'text' || node.text !== ''),
  ]),
});
