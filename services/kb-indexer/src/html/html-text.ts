import { Tokenizer } from 'htmlparser2';
import { mapWithPauses } from '../map-with-pauses.ts';
import { endsAt, isHidden, UNREAD, VOID } from './html-elements.ts';
import { createSectionWriter, type Section } from './section-writer.ts';

/** Elements nested deeper than this are read but not tracked. Browsers have the same limit. */
const DEEPEST = 512;

/** Characters to read before the event loop gets a turn. */
const SLICE = 65_536;

/** The readable text of an HTML article under its headings, with entities decoded and markup removed. */
export function sectionsOf(html: string): Section[] {
  const reader = createReader(html);
  reader.write(html);
  return reader.end();
}

/** The same, with pauses that let other work run. */
export async function readSections(html: string, slice = SLICE): Promise<Section[]> {
  const reader = createReader(html);
  const starts = Array.from({ length: Math.ceil(html.length / slice) }, (_, index) => index * slice);
  await mapWithPauses(starts, (start) => reader.write(html.slice(start, start + slice)));
  return reader.end();
}

/**
 * Accepts any text, in time linear in its length. Uses only the tokenizer of htmlparser2, because its parser is
 * quadratic in the nesting depth.
 * @param html the complete text to write, in any slices
 */
function createReader(html: string): { write(slice: string): void; end(): Section[] } {
  const writer = createSectionWriter();
  const open: string[] = [];
  /** The index in `open` of the outermost element that is not read. */
  let unreadFrom = Number.POSITIVE_INFINITY;
  let foreign = 0;
  let element = '';
  let attributes = new Map<string, string>();
  let attribute = '';
  let value = '';

  const isReading = () => open.length <= unreadFrom;
  const isForeign = (name: string | undefined) => name === 'svg' || name === 'math';

  function begin(selfClosing: boolean): void {
    for (let last = open.at(-1); last !== undefined && endsAt(element, last); last = open.at(-1)) end(last);
    const unread = UNREAD.has(element) || isHidden(attributes);
    const reading = isReading();
    if (reading && !unread) writer.open(element, attributes);
    if (VOID.has(element) || (selfClosing && foreign > 0)) return;
    if (open.length >= DEEPEST && !(reading && unread)) return;
    if (reading && unread) unreadFrom = open.length;
    if (isForeign(element)) foreign += 1;
    open.push(element);
  }

  function end(name: string): void {
    const from = open.lastIndexOf(name);
    if (from === -1) return;
    while (open.length > from) {
      const last = open.pop() ?? '';
      if (isForeign(last)) foreign -= 1;
      if (open.length < unreadFrom) writer.close(last);
      else if (open.length === unreadFrom) unreadFrom = Number.POSITIVE_INFINITY;
    }
  }

  const nothing = () => {};
  const tokenizer = new Tokenizer(
    {},
    {
      onopentagname(start, end) {
        element = html.slice(start, end).toLowerCase();
        attributes = new Map();
      },
      onattribname(start, end) {
        attribute = html.slice(start, end).toLowerCase();
        value = '';
      },
      onattribdata(start, end) {
        value += html.slice(start, end);
      },
      onattribentity(code) {
        value += String.fromCodePoint(code);
      },
      onattribend() {
        if (!attributes.has(attribute)) attributes.set(attribute, value);
      },
      onopentagend: () => begin(false),
      onselfclosingtag: () => begin(true),
      onclosetag: (start, stop) => end(html.slice(start, stop).toLowerCase()),
      ontext(start, stop) {
        if (isReading()) writer.text(html.slice(start, stop));
      },
      ontextentity(code) {
        if (isReading()) writer.text(String.fromCodePoint(code));
      },
      isInForeignContext: () => foreign > 0,
      oncdata: nothing,
      oncomment: nothing,
      ondeclaration: nothing,
      onprocessinginstruction: nothing,
      onend: nothing,
    },
  );
  return {
    write: (slice) => tokenizer.write(slice),
    end() {
      tokenizer.end();
      return writer.end();
    },
  };
}
