/** What the person wants, as far as the rules understand it. */
export type Intent =
  | { readonly kind: 'order-status'; readonly orderId: string }
  | { readonly kind: 'which-order' }
  | { readonly kind: 'subscription-status' }
  | { readonly kind: 'update-subscription'; readonly plan: string }
  | { readonly kind: 'which-plan' }
  | { readonly kind: 'search-knowledge'; readonly query: string }
  | { readonly kind: 'create-ticket'; readonly subject: string }
  | {
      readonly kind:
        | 'cancel-subscription'
        | 'talk-to-person'
        | 'about-me'
        | 'yes'
        | 'no'
        | 'greeting'
        | 'thanks'
        | 'unknown';
    };

type Rule = readonly [pattern: RegExp, intent: Intent | ((found: RegExpExecArray, text: string) => Intent)];

const PLANS = ['Starter', 'Team', 'Business'];

/** The plan that a text names last; an upgrade without a name is to the largest. */
function planIn(text: string): Intent {
  const [last = ''] = text.match(/\b(starter|team|business)\b/gi)?.slice(-1) ?? [];
  const named = PLANS.find((plan) => plan.toLowerCase() === last.toLowerCase());
  const plan = named ?? (/\bupgrade\b/i.test(text) ? PLANS.at(-1) : undefined);
  return plan === undefined ? { kind: 'which-plan' } : { kind: 'update-subscription', plan };
}

/** The first rule that matches decides. */
const RULES: readonly Rule[] = [
  [/^(yes|yes please|yep|yeah|sure|ok|okay|confirm|do it|go ahead)$/i, { kind: 'yes' }],
  [/^(no|no thanks?|no thank you|nope|never mind|don't|stop)$/i, { kind: 'no' }],
  [/^(ticket|problem|complaint): *(.+)/is, ([, , subject = '']) => ({ kind: 'create-ticket', subject })],
  [
    /\b(open|create|file|raise) (a |an? new )?ticket\b(?: (?:about|for|because|that|saying))?:? *(.*)/is,
    ([, , , subject = ''], text) => ({ kind: 'create-ticket', subject: subject || text }),
  ],
  [
    /\b(talk|speak|chat|hand me over|transfer me)\b.*\b(person|human|someone|somebody|agent|colleague)\b|\b(a human|real person|human being)\b/i,
    { kind: 'talk-to-person' },
  ],
  [/\bhow (do|can|could|should|to|does|long)\b/i, (_found, text) => ({ kind: 'search-knowledge', query: text })],
  [/\b(search|look up|find out)\b(?: for)?:? *(.+)/is, ([, , query = '']) => ({ kind: 'search-knowledge', query })],
  [/\b(what|which|anything).*\bknow\b.*\bme\b|\babout me\b|\bmy data\b/i, { kind: 'about-me' }],
  [/\b(cancel|end|stop|terminate|quit)\b.*\b(subscription|plan|membership)\b/i, { kind: 'cancel-subscription' }],
  [
    /\b(upgrade|downgrade|change|switch|move)\b.*\b(subscription|plan|starter|team|business)\b/i,
    (_found, text) => planIn(text),
  ],
  [/\b(upgrade|downgrade)\b/i, (_found, text) => planIn(text)],
  [/\b(subscription|subscribed|membership|plan|renews?|renewal)\b/i, { kind: 'subscription-status' }],
  [
    /\border\b *(?:number|no\.?|id)? *#? *([a-z]*-?[\w-]*\d[\w-]*)/i,
    ([, orderId = '']) => ({ kind: 'order-status', orderId }),
  ],
  [/^#? *(\d{3,20})$/, ([, orderId = '']) => ({ kind: 'order-status', orderId })],
  [/\b(orders?|parcel|package|delivery|delivered|shipped|shipment)\b/i, { kind: 'which-order' }],
  [/\b(hi|hello|hey|good (morning|afternoon|evening)|help)\b/i, { kind: 'greeting' }],
  [/\b(thanks?|thank you|cheers)\b/i, { kind: 'thanks' }],
];

export function understand(said: string): Intent {
  const text = said.normalize('NFKC').replaceAll(/\s+/g, ' ').trim();
  const bare = text.replace(/[\s.!?…]+$/, '');
  for (const [pattern, intent] of RULES) {
    const found = pattern.exec(bare);
    if (found !== null) return typeof intent === 'function' ? intent(found, bare) : intent;
  }
  return { kind: 'unknown' };
}
