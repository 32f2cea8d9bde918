import { BLOCKS, HEADINGS } from './html-elements.ts';

/** A part of an article under one heading; text before the first heading has none. */
export interface Section {
  /** The headings above the text, outermost first: `Returns › Refunds`. */
  readonly heading: string;
  /** Plain text, with one line per paragraph, list item, table row and line of code. */
  readonly text: string;
}

export interface SectionWriter {
  open(element: string, attributes: ReadonlyMap<string, string>): void;
  close(element: string): void;
  text(text: string): void;
  end(): Section[];
}

/** Longer text is not a heading, but the result of a missing end tag. */
const LONGEST_HEADING = 200;

/** Control characters, soft hyphens and zero-width spaces: they split words. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression removes them
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f\u00ad\u200b\u2060\ufeff]/g;

/** A heading with its parents. */
interface Heading {
  readonly level: number;
  readonly above: Heading | undefined;
  /** Includes the parents. */
  readonly path: string;
}

/** Collects the text of an article under its headings, in time linear in its length. */
export function createSectionWriter(): SectionWriter {
  const sections: { under: Heading | undefined; text: string }[] = [];
  let under: Heading | undefined;
  let lines: string[] = [];
  let line = '';
  /** Tracked separately, because testing the line would scan it again for every table cell. */
  let blank = true;
  let heading: string | undefined;
  let preformatted = 0;

  function endLine(): void {
    if (line === '') return;
    const text = line.replace(INVISIBLE, '');
    const tidy = preformatted > 0 ? text.replace(/\n$/, '') : text.replace(/\s+/g, ' ').trim();
    if (tidy !== '' && tidy !== '-') lines.push(tidy);
    write('');
  }

  function write(text: string): void {
    line = text;
    blank = text.trim() === '';
  }

  function append(text: string): void {
    line += text;
    blank &&= text.trim() === '';
  }

  function endSection(): void {
    endLine();
    sections.push({ under, text: lines.join('\n') });
    lines = [];
  }

  function endHeading(): void {
    if (heading === undefined) return;
    endLine();
    const text = lines.join(' ');
    const level = Number(heading.slice(1));
    heading = undefined;
    if (text.length > LONGEST_HEADING) return;
    lines = [];
    while (under !== undefined && under.level >= level) under = under.above;
    if (text !== '') under = { level, above: under, path: under === undefined ? text : `${under.path} › ${text}` };
  }

  return {
    open(element, attributes) {
      if (HEADINGS.has(element)) {
        endHeading();
        endSection();
        heading = element;
      } else if (BLOCKS.has(element)) {
        endLine();
        if (element === 'li') write('- ');
        if (element === 'pre') preformatted += 1;
      } else if ((element === 'td' || element === 'th') && !blank) {
        append(' | ');
      } else if (element === 'img') {
        append(` ${attributes.get('alt') ?? ''} `);
      }
    },
    close(element) {
      if (element === heading) endHeading();
      else if (BLOCKS.has(element)) endLine();
      if (element === 'pre') preformatted -= 1;
    },
    text: append,
    end() {
      endHeading();
      endSection();
      // A heading directly above another one is part of that one's path.
      return sections
        .filter(
          ({ under, text }, index) => text !== '' || (under !== undefined && !isWithin(sections[index + 1], under)),
        )
        .map(({ under, text }) => ({ heading: under?.path ?? '', text }));
    },
  };
}

function isWithin(section: { readonly under: Heading | undefined } | undefined, heading: Heading): boolean {
  let above = section?.under;
  while (above !== undefined && above !== heading) above = above.above;
  return above !== undefined;
}
