import { omission, type Report } from './transcript.ts';

/** Renders a report as plain text. */
export const renderText = (report: Report): string => render(report, { bold: (text) => text, plain: (text) => text });

/** Renders a report as Markdown and escapes all markup. */
export const renderMarkdown = (report: Report): string =>
  render(report, { bold: (text) => `**${escapeMarkdown(text)}**`, plain: escapeMarkdown, lineBreak: '  \n' });

interface Style {
  bold(text: string): string;
  plain(text: string): string;
  lineBreak?: string;
}

function render({ facts, messages, omitted, reference }: Report, { bold, plain, lineBreak = '\n' }: Style): string {
  const turns = messages.map(({ speaker, time, lines }) => {
    const label = [bold(speaker), time].filter(Boolean).join(' · ');
    return [label, ...lines.map(plain)].join(lineBreak);
  });
  if (omitted.count > 0) turns.splice(omitted.after, 0, omission(omitted.count));
  return [
    facts.map(({ label, value }) => `${bold(label)}: ${plain(value)}`).join(lineBreak),
    ...(turns.length === 0 ? [] : [`${bold('Transcript')} (times in UTC)`, ...turns]),
    `Reference: ${reference}`,
  ].join('\n\n');
}

/** One line. Its indentation goes, since it would make code of it. */
export const escapeMarkdown = (line: string): string =>
  line
    .trimStart()
    .replace(/[\\`*_[\]<>#~|&!$]/g, '\\$&')
    .replace(/^([-+=]|\d{1,9}(?=[.)]))/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`));
