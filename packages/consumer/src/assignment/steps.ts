/** What is known of the effects of an event that its handler keeps apart. */
export interface Steps {
  readonly done: Set<string>;
  /** The steps that will never succeed, with the codes of their failures. */
  readonly failed: Map<string, string>;
}

/** A handler has a few steps, or one for each connection of a role. More are not carried: they run again. */
const MOST_STEPS = 64;
const LONGEST_HEADER = 4_096;
const CODE = /^[\w.-]{1,64}$/;

/** Writes `crm slack=CHANNEL_NOT_FOUND`: names are encoded, failed steps have their code. Empty if there are none. */
export function stepsText({ done, failed }: Steps): string {
  const words = [...done].map(encodeURIComponent);
  for (const [name, code] of failed) words.push(`${encodeURIComponent(name)}=${CODE.test(code) ? code : 'FAILED'}`);
  let text = '';
  for (const word of words.slice(0, MOST_STEPS)) {
    if (text.length + word.length < LONGEST_HEADER) text += text === '' ? word : ` ${word}`;
  }
  return text;
}

export const createSteps = (): Steps => ({ done: new Set(), failed: new Map() });

/** Reads what `stepsText` wrote, and ignores everything else. */
export function readSteps(text: Buffer | undefined): Steps | undefined {
  if (text === undefined || text.length === 0 || text.length > LONGEST_HEADER) return undefined;
  const steps = createSteps();
  for (const word of text.toString().split(' ', MOST_STEPS)) {
    const [encoded = '', code, ...more] = word.split('=');
    const name = decoded(encoded);
    if (name === '' || more.length > 0) continue;
    if (code === undefined) steps.done.add(name);
    else if (CODE.test(code)) steps.failed.set(name, code);
  }
  return steps;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
