import { redactId, redactSentence, shorten } from '@switchboard/kafka';
import { outlineOf } from './outline.ts';

/** Hides personal data, unless the operator asked to see it. Shortens what is too long to read in any case. */
export interface Privacy {
  /** A sentence that may name somebody, or a word that should be a code. */
  sentence(text: string): string;
  /** A key or an id: kept, unless it is the address or the number of a person. */
  id(text: string, topic: string): string;
  /**
   * A payload: its fields, with ids and fixed words, and in place of other values their kind.
   * @param topic of the event; a payload of unknown shape has none, and shows less
   */
  payload(value: unknown, topic?: string): unknown;
}

/** Ids that ingest accepts are shorter. */
const ID_CHARACTERS = 512;
/** The messages of dead letters are shorter. */
const SENTENCE_CHARACTERS = 1_000;
/** Orders, products, articles and incidents may have long numbers for ids. Other keys may identify a person. */
const IMPERSONAL = /^(commerce\.(orders|stock)|content\..+|ops\..+)$/;

export function createPrivacy(reveal: boolean): Privacy {
  const shortId = (text: string): string => shorten(text, ID_CHARACTERS);
  const shortSentence = (text: string): string => shorten(text, SENTENCE_CHARACTERS);
  if (reveal) return { sentence: shortSentence, id: shortId, payload: (value) => value };
  const sentence = (text: string): string => redactSentence(shortSentence(text));
  const id = (text: string, topic: string): string => redactId(shortId(text), { personal: !IMPERSONAL.test(topic) });
  return {
    sentence,
    id,
    payload: (value, topic) =>
      outlineOf(value, { sentence, id: (text) => id(text, topic ?? ''), numbers: topic !== undefined }),
  };
}
