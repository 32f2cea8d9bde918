import { escapeHtml } from '@switchboard/outbound';
import { omission, type Report } from './transcript.ts';

/** Renders a report as HTML and escapes all markup. */
export function renderHtml({ facts, messages, omitted, reference }: Report): string {
  const lines = facts.map(({ label, value }) => `<b>${label}</b>: ${escapeHtml(value)}`);
  const turns = messages.map(({ speaker, time, lines }) => {
    const label = [`<b>${escapeHtml(speaker)}</b>`, time].filter(Boolean).join(' · ');
    return paragraph([label, ...lines.map(escapeHtml)]);
  });
  if (omitted.count > 0) turns.splice(omitted.after, 0, `<p><i>${omission(omitted.count)}</i></p>`);
  return [
    paragraph(lines),
    ...(turns.length === 0 ? [] : ['<p><b>Transcript</b> (times in UTC)</p>', ...turns]),
    `<p>Reference: ${escapeHtml(reference)}</p>`,
  ].join('');
}

const paragraph = (lines: string[]): string => `<p>${lines.join('<br>')}</p>`;
