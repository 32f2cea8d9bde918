/** What formats a text and nothing else; any other tag is shown as it is, so that nothing dangerous goes unseen. */
const BLOCKS = 'p|div|br|hr|h[1-6]|ul|ol|li|table|thead|tbody|tr|blockquote|pre|section|article|header|footer|dl|dt|dd';
const INLINE = 'b|strong|i|em|u|s|code|span|a|small|sub|sup|td|th';
const block = new RegExp(`</?(?:${BLOCKS})(?:\\s[^<>]*)?/?>`, 'gi');
const inline = new RegExp(`</?(?:${INLINE})(?:\\s[^<>]*)?/?>`, 'gi');

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** HTML as the text that its reader sees. What is shown is text: it need not be safe as HTML. */
export function plainText(html: string): string {
  return (
    html
      .slice(0, 200_000)
      .replaceAll(/<li(?:\s[^<>]*)?>/gi, '\n• ')
      .replaceAll(block, '\n')
      .replaceAll(inline, '')
      // In one step: what an entity becomes is not read again.
      .replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,5}));/gi, (entity, decimal, hex, name) => {
        if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? entity;
        const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
        return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : entity;
      })
      .replaceAll(/[ \t]*\n[ \t]*/g, '\n')
      .replaceAll(/\n{2,}/g, '\n')
      .trim()
  );
}

/** The beginning of a text, and how much is left out. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '');
  return `${kept} … (${(text.length - kept.length).toLocaleString('en')} more characters)`;
}
