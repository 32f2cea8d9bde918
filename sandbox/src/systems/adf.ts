import { isObject, listOf, textOf } from '../json.ts';

/** The content that each node allows. Covers the nodes that tickets need and refuses the rest of the format. */
const BLOCKS = [
  'paragraph',
  'heading',
  'bulletList',
  'orderedList',
  'blockquote',
  'codeBlock',
  'panel',
  'rule',
  'table',
  'expand',
];
const INLINE = ['text', 'hardBreak', 'emoji', 'mention', 'inlineCard', 'status', 'date'];
const CONTENT: Readonly<Record<string, readonly string[]>> = {
  doc: BLOCKS,
  paragraph: INLINE,
  heading: INLINE,
  bulletList: ['listItem'],
  orderedList: ['listItem'],
  listItem: ['paragraph', 'bulletList', 'orderedList', 'codeBlock'],
  blockquote: ['paragraph', 'bulletList', 'orderedList', 'codeBlock'],
  codeBlock: ['text'],
  panel: ['paragraph', 'heading', 'bulletList', 'orderedList'],
  expand: BLOCKS,
  table: ['tableRow'],
  tableRow: ['tableCell', 'tableHeader'],
  tableCell: BLOCKS,
  tableHeader: BLOCKS,
};
const MARKS = ['strong', 'em', 'code', 'strike', 'underline', 'link', 'subsup', 'textColor'];
const NOT_EMPTY = ['bulletList', 'orderedList', 'listItem', 'blockquote', 'panel', 'table', 'tableRow', 'expand'];
const MOST_CHARACTERS = 32_767;

/** Describes the first mistake in an Atlassian document, or returns undefined. */
export function documentMistake(document: unknown): string | undefined {
  if (!isObject(document) || document.type !== 'doc' || document.version !== 1) {
    return 'Operation value must be an Atlassian Document (see the Atlassian Document Format)';
  }
  return isNode(document, 0)
    ? documentText(document).length > MOST_CHARACTERS
      ? `The entered text is too long. It exceeds the allowed limit of 32,767 characters.`
      : undefined
    : 'INVALID_INPUT';
}

function isNode(node: unknown, depth: number): boolean {
  if (!isObject(node) || depth > 20) return false;
  const { type, text, content, marks, attrs } = node;
  if (type === 'text') {
    return typeof text === 'string' && text !== '' && listOf(marks).every(isMark);
  }
  const allowed = CONTENT[textOf(type)];
  if (allowed === undefined) return INLINE.includes(textOf(type)) || type === 'rule';
  if (content !== undefined && !Array.isArray(content)) return false;
  if (content === undefined && (type === 'doc' || NOT_EMPTY.includes(textOf(type)))) return false;
  if (NOT_EMPTY.includes(textOf(type)) && listOf(content).length === 0) return false;
  if (type === 'heading' && !(isObject(attrs) && Number(attrs.level) >= 1 && Number(attrs.level) <= 6)) return false;
  return listOf(content).every(
    (child) => isObject(child) && allowed.includes(textOf(child.type)) && isNode(child, depth + 1),
  );
}

const isMark = (mark: unknown): boolean => {
  if (!isObject(mark) || !MARKS.includes(textOf(mark.type))) return false;
  return mark.type !== 'link' || (isObject(mark.attrs) && textOf(mark.attrs.href) !== '');
};

const LINES = new Set(['paragraph', 'heading', 'codeBlock', 'listItem', 'tableRow', 'rule']);

/** The text of a document as its reader sees it. */
export function documentText(node: unknown): string {
  if (!isObject(node)) return '';
  if (node.type === 'text') return textOf(node.text);
  if (node.type === 'hardBreak') return '\n';
  const inside = listOf(node.content).map(documentText).join('');
  return LINES.has(textOf(node.type)) && !inside.endsWith('\n') ? `${inside}\n` : inside;
}
