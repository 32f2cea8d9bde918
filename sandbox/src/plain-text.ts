const words = (text: string): readonly string[] => text.split(' ');

/** Tags that only format. Any other tag stays in the text, so that a script or an image in a note is noticed. */
const BLOCKS = words(
  'p div br hr h1 h2 h3 h4 h5 h6 ul ol li table caption colgroup col thead tbody tfoot tr blockquote pre section ' +
    'article aside main nav header footer address figure figcaption details summary dl dt dd center html body',
);
const INLINE = words(
  'b strong i em u s strike del ins code kbd samp var tt span font a small big sub sup mark q cite abbr dfn time ' +
    'label bdi bdo wbr',
);
const CELLS = ['td', 'th'];

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  bull: '•',
  middot: '·',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  euro: '€',
};
const MOST_CHARACTERS = 200_000;
const hasBlocks = new RegExp(`<(?:${BLOCKS.join('|')})[\\s/>]`, 'i');

/** Converts HTML to the text that its reader sees. The result is plain text and is not safe as HTML. */
export function plainText(html: string): string {
  const source = html.slice(0, MOST_CHARACTERS);
  // Text without blocks may be plain text, whose line breaks count.
  const collapses = hasBlocks.test(source);
  let text = '';
  let position = 0;
  let isPreformatted = false;
  const read = (end?: number): void => {
    const part = source.slice(position, end);
    text += decode(collapses && !isPreformatted ? part.replaceAll(/\s+/g, ' ') : part);
  };

  for (const { start, end, name, isClosing } of tagsOf(source)) {
    if (BLOCKS.includes(name)) {
      read(start);
      text += name === 'li' && !isClosing ? '\n• ' : '\n';
      if (name === 'pre') isPreformatted = !isClosing;
    } else if (INLINE.includes(name) || name === '!--') read(start);
    else if (CELLS.includes(name)) {
      read(start);
      if (isClosing) text += ' ';
    } else read(end);
    position = end;
  }
  read();
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').join('\n');
}

interface Tag {
  start: number;
  end: number;
  /** In lower case; `!--` for a comment. */
  name: string;
  isClosing: boolean;
}

/** Reads each character once, so that no input takes long. */
function* tagsOf(source: string): Generator<Tag> {
  const opening = /<(\/?)(!--|[a-z][^\s/>]*)/gi;
  for (let found = opening.exec(source); found !== null; found = opening.exec(source)) {
    const [, slash, name = ''] = found;
    const end = name === '!--' ? endOf('-->', source, opening.lastIndex) : endOfTag(source, opening.lastIndex);
    // Unclosed: the rest is text.
    if (end === undefined) return;
    yield { start: found.index, end, name: name.toLowerCase(), isClosing: slash === '/' };
    opening.lastIndex = end;
  }
}

function endOf(mark: string, source: string, from: number): number | undefined {
  const index = source.indexOf(mark, from);
  return index === -1 ? undefined : index + mark.length;
}

/** The position behind the `>`. A `>` in a quoted attribute does not end a tag. */
function endOfTag(source: string, from: number): number | undefined {
  let last = '';
  for (let index = from; index < source.length; index += 1) {
    const character = source[index] ?? '';
    if (character === '>') return index + 1;
    if (last === '=' && (character === '"' || character === "'")) {
      const behind = endOf(character, source, index + 1);
      if (behind === undefined) return undefined;
      index = behind - 1;
    }
    if (character.trim() !== '') last = character;
  }
  return undefined;
}

/** Decodes in one step: the result of an entity is not decoded again. */
const decode = (text: string): string =>
  text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi, (entity, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? entity;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : entity;
  });

/** The beginning of a text, and how many characters are left out. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '');
  return `${kept} … (${(text.length - kept.length).toLocaleString('en')} more characters)`;
}
