import type { ExplainedEvent, Explanation } from '@switchboard/ingest/explain';
import { asLine } from '../ops/printable.ts';
import { counted, cut, table } from '../ops/table.ts';

/** Longer values are cut: what matters is where they go. */
const LONGEST_VALUE = 60;
/** Further fields of an event are only counted. */
const MOST_FIELDS = 60;

/** What each item of a body becomes, for a terminal of this width. */
export function render({ name }: { readonly name: string }, items: readonly Explanation[], width?: number): string {
  const events = items.reduce((sum, item) => sum + item.events.length, 0);
  const blocks = items.flatMap((item, index) => {
    const title = items.length > 1 ? [`item ${index + 1}: ${counted(item.events.length, 'event')}`] : [];
    return [...title, ...item.events.map((event) => renderEvent(event, width)), ...renderProblems(item)];
  });
  return [`${name}: ${counted(events, 'event')}`, ...blocks].join('\n\n');
}

function renderEvent({ type, id, timestamp, fields, extra }: ExplainedEvent, width: number | undefined): string {
  const about = [
    type,
    id === undefined ? 'its id will be derived' : `id ${asLine(String(id))}`,
    timestamp === undefined ? 'at the time of receipt' : `at ${asLine(String(timestamp))}`,
  ].join(', ');
  const rows = fields
    .slice(0, MOST_FIELDS)
    .map(({ field, sentAs, value }) => [field, '←', sentAs, shortened(value)] as const);
  const kept = extra
    .slice(0, MOST_FIELDS)
    .map(({ path, value }) => ['meta.extra', '←', path, shortened(value)] as const);
  const columns = [{ title: 'field' }, { title: '' }, { title: 'sent as' }, { title: 'value' }];
  const hidden = Math.max(fields.length - MOST_FIELDS, 0) + Math.max(extra.length - MOST_FIELDS, 0);
  const more = hidden === 0 ? [] : [`… and ${counted(hidden, 'more field', 'more fields')}`];
  return [about, table(columns, [...rows, ...kept], width), ...more].join('\n');
}

const shortened = (value: unknown): string => cut(asLine(JSON.stringify(value)), LONGEST_VALUE);

const renderProblems = ({ problems, events }: Explanation): string[] => {
  if (problems.length === 0) return events.length === 0 ? ['nothing: no rule of the mapping is met'] : [];
  return [['problems:', ...problems.map(({ path, message }) => `  ${asLine(path)} ${message}`)].join('\n')];
};
