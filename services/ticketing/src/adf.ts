import { omission, type Report } from './transcript.ts';

/** The part of Atlassian Document Format that is used. */
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

/** Renders a report as a Jira document. Jira never reads text nodes as markup. */
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

/** Leaves out empty text nodes, which Jira refuses. */
const paragraph = (lines: AdfInline[][]): AdfParagraph => ({
  type: 'paragraph',
  content: lines.flatMap((line, index): AdfInline[] => [
    ...(index === 0 ? [] : [{ type: 'hardBreak' } as const]),
    ...line.filter((node) => node.type !== 'text' || node.text !== ''),
  ]),
});
