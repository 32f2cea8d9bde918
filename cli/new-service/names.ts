import { variablePrefix } from '@switchboard/deploy/services';
import { type EventType, eventTypes, isEventType } from '@switchboard/events';

/** What a template is filled with: `{{camelName}}` becomes `orderArchive`. */
export interface Names {
  readonly name: string;
  readonly camelName: string;
  /** Begins the names of its variables: `ORDER_ARCHIVE`. */
  readonly VARIABLE: string;
  readonly type: EventType;
  /** `on-order-shipped` */
  readonly file: string;
  /** `onOrderShipped` */
  readonly handler: string;
  readonly port: string;
}

const MOST_CHARACTERS = 40;
/** Nouns that say nothing, which the repository's rules refuse as names. */
const EMPTY_WORDS = ['util', 'utils', 'common', 'helper', 'helpers', 'core', 'misc', 'shared'];

/** @returns what is wrong with it as the name of a new service, in a sentence; undefined when nothing is */
export function nameMistake(name: string, taken: ReadonlySet<string>): string | undefined {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    return `${name} is no name for a service: use small letters, digits and single hyphens, such as order-archive.`;
  }
  if (name.length > MOST_CHARACTERS)
    return `${name} is too long: its topics are named after it; use ${MOST_CHARACTERS} characters.`;
  if (EMPTY_WORDS.includes(name)) return `${name} does not say what the service does.`;
  if (taken.has(name)) return `${name} is taken; so are ${[...taken].filter((other) => other !== name).join(', ')}.`;
  return undefined;
}

/** @returns the variable that the service would have, and something else has already, in a sentence */
export function variableMistake(name: string, taken: ReadonlySet<string>): string | undefined {
  const variable = ['PORT', 'URL'].map((end) => `${variablePrefix(name)}_${end}`).find((own) => taken.has(own));
  return variable && `${name} is taken: ${variable} means something else already.`;
}

/** @returns what is wrong with it as an event type, in a sentence; undefined when nothing is */
export const typeMistake = (type: string): string | undefined =>
  isEventType(type) ? undefined : `There is no event type ${type}; there are ${eventTypes.join(', ')}.`;

export function namesOf(name: string, type: EventType, port: number): Names {
  const file = `on-${type.replaceAll(/[._]/g, '-')}`;
  return {
    name,
    camelName: camelCase(name),
    VARIABLE: variablePrefix(name),
    type,
    file,
    handler: camelCase(file),
    port: String(port),
  };
}

const camelCase = (name: string): string => name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
