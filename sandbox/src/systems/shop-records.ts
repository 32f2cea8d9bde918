import { demoPeople } from '../people.ts';

export interface Order {
  readonly orderId: string;
  readonly customerEmail: string;
  readonly status: 'processing' | 'shipped' | 'delivered' | 'cancelled';
  readonly placedAt: string;
  readonly total: number;
  readonly currency: string;
  readonly items: readonly { readonly name: string; readonly quantity: number }[];
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
  /** A date without a time. */
  readonly estimatedDelivery: string | null;
}

export interface Subscription {
  readonly subscriptionId: string;
  readonly customerEmail: string;
  readonly plan: Plan;
  readonly status: 'active' | 'cancelled';
  readonly price: number;
  readonly currency: string;
  readonly interval: 'month';
  /** The date of the next payment; null once cancelled. */
  readonly renewsAt: string | null;
  /** The last day of a cancelled subscription. */
  readonly endsAt: string | null;
  readonly updatedAt: string;
}

/** The price of a month, by plan. */
export const PRICES = { Starter: 9, Team: 29, Business: 79 } as const;
export type Plan = keyof typeof PRICES;

const DAY_MS = 86_400_000;

/** The seeded records of the two demo people. Their dates lie around `now`. */
export function shopRecords(now = Date.now()): { orders: Order[]; subscriptions: Subscription[] } {
  const [jane, omar] = demoPeople;
  const at = (days: number): string => new Date(now + days * DAY_MS).toISOString();
  const date = (days: number): string => at(days).slice(0, 10);
  const order = (orderId: string, { email }: { email: string }, fields: Partial<Order>): Order => ({
    ...newOrder(orderId, email, at(-1)),
    ...fields,
  });
  const subscription = (subscriptionId: string, { email }: { email: string }, fields: Partial<Subscription>) => ({
    subscriptionId,
    customerEmail: email,
    plan: 'Starter' as const,
    status: 'active' as const,
    price: PRICES.Starter,
    currency: 'EUR',
    interval: 'month' as const,
    renewsAt: date(18),
    endsAt: null,
    updatedAt: at(-40),
    ...fields,
  });
  return {
    orders: [
      order('1001', jane, {
        status: 'shipped',
        placedAt: at(-3),
        total: 89.9,
        items: [{ name: 'Kettle, 1.7 l', quantity: 1 }],
        carrier: 'UPS',
        trackingNumber: '1Z999AA10123456784',
        estimatedDelivery: date(2),
      }),
      order('1002', jane, { total: 40, items: [{ name: 'Oolong, 100 g', quantity: 2 }] }),
      order('2001', omar, {
        status: 'delivered',
        placedAt: at(-12),
        total: 249,
        items: [{ name: 'Espresso machine', quantity: 1 }],
        carrier: 'DHL',
        trackingNumber: '00340434161094042557',
        estimatedDelivery: date(-8),
      }),
    ],
    subscriptions: [
      subscription('sub-7001', jane, { plan: 'Team', price: PRICES.Team }),
      subscription('sub-7002', omar, { status: 'cancelled', renewsAt: null, endsAt: date(9), updatedAt: at(-6) }),
    ],
  };
}

/** An order of which nothing has left the warehouse. */
export const newOrder = (orderId: string, customerEmail: string, placedAt: string): Order => ({
  orderId,
  customerEmail,
  status: 'processing',
  placedAt,
  total: 0,
  currency: 'EUR',
  items: [],
  carrier: null,
  trackingNumber: null,
  estimatedDelivery: null,
});
