import type { MappedEvent } from '@switchboard/providers';

/** Adds what was not mapped to the JSON text of the payload's unknown fields; `envelope.` marks a name taken twice. */
export function mergeExtra(
  extra: string | null,
  { payload, rest = {} }: Pick<MappedEvent, 'payload' | 'rest'>,
): string | null {
  let text = extra === null ? '' : extra.slice(1, -1);
  for (const key in rest) {
    if (rest[key] === undefined) continue;
    let name = key;
    while ((Object.hasOwn(payload, name) && payload[name] !== undefined) || (name !== key && name in rest))
      name = `envelope.${name}`;
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${JSON.stringify(rest[key])}`;
  }
  return text === '' ? null : `{${text}}`;
}
