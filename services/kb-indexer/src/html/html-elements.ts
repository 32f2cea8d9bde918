const names = (list: string): ReadonlySet<string> => new Set(list.split(' '));

export const VOID = names('area base br col embed hr img input link meta param source track wbr');

/** Elements that contain code or belong to the page rather than the article. */
export const UNREAD = names(
  'script style template noscript head title nav header footer aside form button select textarea iframe object audio video canvas svg dialog menu',
);

const UNREAD_ROLES = names('navigation banner contentinfo search dialog alert menu menubar toolbar');

/** Elements that start a new line. */
export const BLOCKS = names(
  'address article blockquote body br caption center dd details div dl dt fieldset figcaption figure hr html li main ol p pre section summary table tbody tfoot thead tr ul',
);

export const HEADINGS = names('h1 h2 h3 h4 h5 h6');

/** Whether the element is hidden from readers. */
export function isHidden(attributes: ReadonlyMap<string, string>): boolean {
  if (attributes.size === 0) return false;
  return (
    (attributes.has('hidden') && attributes.get('hidden') !== 'until-found') ||
    attributes.get('aria-hidden')?.trim() === 'true' ||
    UNREAD_ROLES.has(attributes.get('role')?.trim() ?? '') ||
    /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)/i.test(attributes.get('style') ?? '')
  );
}

const CELLS = names('td th');
const TERMS = names('dt dd');

/** The open elements that end where another starts, because their end tags are optional. */
export function endsAt(element: string, open: string): boolean {
  if (open === 'p') return BLOCKS.has(element) && element !== 'br';
  if (open === 'li') return element === 'li';
  if (CELLS.has(open)) return CELLS.has(element) || element === 'tr' || element === 'tbody';
  if (open === 'tr') return element === 'tr' || element === 'tbody';
  if (TERMS.has(open)) return TERMS.has(element);
  return false;
}
