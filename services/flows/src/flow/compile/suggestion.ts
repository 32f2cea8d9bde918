import { editsBetween } from '@switchboard/events';

/** `; did you mean x?` with the name that is at most a third of its letters away, or nothing. */
export function suggestion(name: string, known: readonly string[]): string {
  let [nearest, fewest] = ['', Math.min(3, Math.ceil(name.length / 3)) + 1];
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= fewest || candidate === name) continue;
    const edits = editsBetween(name.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) [nearest, fewest] = [candidate, edits];
  }
  return nearest === '' ? '' : `; did you mean ${nearest}?`;
}
