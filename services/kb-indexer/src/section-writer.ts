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

/** Puts what is read of an article under its headings. */
export function createSectionWriter(): SectionWriter {
  const sections: Section[] = [];
  let path: { level: number; heading: string }[] = [];
  let lines: string[] = [];
  let line = '';
  let heading: string | undefined;
  let preformatted = 0;

  function endLine(): void {
    const text = line.replace(INVISIBLE, '');
    const tidy = preformatted > 0 ? text.replace(/\n$/, '') : text.replace(/\s+/g, ' ').trim();
    if (tidy !== '' && tidy !== '-') lines.push(tidy);
    line = '';
  }

  function endSection(): void {
    endLine();
    sections.push({ heading: path.map((above) => above.heading).join(' › '), text: lines.join('\n') });
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
    path = path.filter((above) => above.level < level);
    if (text !== '') path.push({ level, heading: text });
  }

  return {
    open(element, attributes) {
      if (HEADINGS.has(element)) {
        endHeading();
        endSection();
        heading = element;
      } else if (BLOCKS.has(element)) {
        endLine();
        if (element === 'li') line = '- ';
        if (element === 'pre') preformatted += 1;
      } else if ((element === 'td' || element === 'th') && line.trim() !== '') {
        line += ' | ';
      } else if (element === 'img') {
        line += ` ${attributes.get('alt') ?? ''} `;
      }
    },
    close(element) {
      if (element === heading) endHeading();
      else if (BLOCKS.has(element)) endLine();
      if (element === 'pre') preformatted -= 1;
    },
    text(text) {
      line += text;
    },
    end() {
      endHeading();
      endSection();
      // A heading right above another one is in the path of that.
      return sections.filter(
        ({ heading, text }, index) =>
          text !== '' || (heading !== '' && !sections[index + 1]?.heading.startsWith(heading)),
      );
    },
  };
}
