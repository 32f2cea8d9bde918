/** A line that a service wrote, as a person wants to read it. */
export interface LogLine {
  /** Worth a look at once: a warning, an error, or something that is no log entry at all. */
  readonly urgent: boolean;
  readonly text: string;
  /** What went wrong, of an error; it may be why the service ends. */
  readonly failure?: string;
}

const LONGEST = 300;
const URGENT = new Set(['warn', 'error', 'fatal']);
/** Node's own advice to the developer, which comes on standard error. */
const ADVICE = /^\(node:\d+\) |^\(Use `node --/;
/** What every entry has, and what the text says anyway. */
const FAMILIAR = new Set(['level', 'time', 'service', 'msg', 'err', 'pid', 'hostname']);

/** Shortens a JSON line of a service to its level, its message and its facts; leaves any other line as it is. */
export function readLogLine(line: string): LogLine {
  const entry = parse(line);
  if (entry === undefined) return { urgent: line.trim() !== '' && !ADVICE.test(line), text: cut(line) };
  const { level, msg, err } = entry;
  const cause = isRecord(err) && typeof err.message === 'string' ? err.message : '';
  const text = [String(msg ?? ''), cause].filter((part) => part !== '').join(': ');
  const facts = Object.entries(entry)
    .filter(([key, value]) => !FAMILIAR.has(key) && ['string', 'number', 'boolean'].includes(typeof value))
    .map(([key, value]) => `${key}=${value}`);
  return {
    urgent: URGENT.has(String(level)),
    text: cut([`${level}:`, text, ...(facts.length > 0 ? [`(${facts.join(' ')})`] : [])].join(' ')),
    ...(level === 'error' || level === 'fatal' ? { failure: cut(text) } : {}),
  };
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry: unknown = JSON.parse(line);
    return isRecord(entry) && 'level' in entry ? entry : undefined;
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const cut = (text: string): string => (text.length <= LONGEST ? text : `${text.slice(0, LONGEST)} …`);
