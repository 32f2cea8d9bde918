import { BLOCKS, HEADINGS } from './html-elements.ts';

/** A part of an article under one heading; before the first heading there is none. */
export interface Section {
  /** The headings above the text, the outermost first: `Returns › Refunds`. */
  readonly heading: string;
  /** Plain text: paragraphs, list items, table rows and lines of code are lines. */
  readonly text: string;
}

export interface SectionWriter {
  open(element: string, attributes: ReadonlyMap<string, string>): void;
  close(element: string): void;
  text(text: string): void;
  end(): Section[];
}

/** What is longer is no heading, but an end tag that was forgotten. */
const LONGEST_HEADING = 200;

/** Control characters, soft hyphens and spaces without width: they cut words in two. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f\u00ad\u200b\u2060\ufeff]/g;

/** A heading and those above it. */
interface Heading {
  readonly level: number;
  readonly above: Heading | undefined;
  /** With those above it. */
  readonly path: string;
}

/** Puts what is read of an article under its headings, in time linear in its length. */
export function createSectionWriter(): SectionWriter {
  const sections: { under: Heading | undefined; text: string }[] = [];
  let under: Heading | undefined;
  let lines: string[] = [];
  let line = '';
  /** Asking the line itself would walk through it again for every cell of a table. */
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
      // A heading right above another one is in the path of that.
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
