import { hash } from 'node:crypto';
import { hasBearer } from '../authentication.ts';
import type { Board } from '../board.ts';
import { credentials } from '../credentials.ts';
import { isEmail, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { type Answer, effect, lookup, Refused, type Route, refuse, type System } from '../system.ts';
import { createTable } from '../table.ts';
import { newOrder, type Order, type Plan, PRICES, type Subscription, shopRecords } from './shop-records.ts';

const CODES: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthorized',
  404: 'not_found',
  409: 'conflict',
  422: 'invalid',
  429: 'too_many_requests',
};

const problem = (status: number, message: string, code = CODES[status] ?? (status < 500 ? 'rejected' : 'internal')) =>
  refuse(status, { code, message });

/** The customer's shop: orders and subscriptions. Clearing it restores the records of the demo people. */
export function createShop(board: Board): System {
  const orders = createTable<Order>();
  const subscriptions = createTable<Subscription>({ email: ({ customerEmail }) => [customerEmail.toLowerCase()] });
  const answered = createTable<{ hash: string; answer: Subscription }>();

  function clear(): void {
    for (const table of [orders, subscriptions, answered]) table.clear();
    const records = shopRecords();
    for (const order of records.orders) orders.set(order.orderId, order);
    for (const one of records.subscriptions) subscriptions.set(one.subscriptionId, one);
  }

  const getOrder: Route = ({ params }) => {
    const order = orders.get(params.id ?? '');
    return order === undefined ? problem(404, 'There is no such order.') : lookup(order);
  };

  const placeOrder: Route = ({ body }) => {
    const { orderId, customerEmail, total = 0, items } = objectOf(body);
    if (typeof orderId !== 'string' || !/^[\w-]{1,64}$/.test(orderId))
      return problem(422, 'orderId must have 1 to 64 letters, digits, hyphens or underscores.');
    if (!isEmail(customerEmail)) return problem(422, 'customerEmail must be an e-mail address.');
    if (typeof total !== 'number' || total < 0) return problem(422, 'total must be a number from 0.');
    if (orders.get(orderId) !== undefined) return problem(409, 'An order has this orderId.');
    const order = {
      ...newOrder(orderId, customerEmail, new Date().toISOString()),
      total,
      items: listOf(items).map((item) => {
        const { name, quantity } = objectOf(item);
        return { name: textOf(name), quantity: Number(quantity) || 1 };
      }),
    };
    orders.set(orderId, order);
    showOrder(order);
    return effect(201, order, { location: `/orders/${orderId}` });
  };

  const one = (id = ''): Subscription => {
    const known = subscriptions.get(id);
    if (known !== undefined) return known;
    throw new Refused(problem(404, 'There is no such subscription.'));
  };

  const list: Route = ({ query: { email } }) =>
    isEmail(email)
      ? lookup({ subscriptions: subscriptions.find('email', email.toLowerCase()) })
      : problem(422, 'email must be an e-mail address.');

  const update: Route = ({ params, body, headers }) => {
    const key = headers['idempotency-key'];
    const sent = hash('sha256', JSON.stringify([params.id, body]));
    const earlier = key === undefined ? undefined : answered.get(key);
    if (earlier !== undefined) {
      return earlier.hash === sent
        ? lookup(earlier.answer)
        : problem(409, 'This idempotency key was used for another request.', 'idempotency_key_reused');
    }
    const known = one(params.id);
    const changed = { ...known, ...changesOf(known, objectOf(body)), updatedAt: new Date().toISOString() };
    subscriptions.set(changed.subscriptionId, changed);
    if (key !== undefined) answered.set(key, { hash: sent, answer: changed });
    showSubscription(changed);
    return effect(200, changed);
  };

  function showOrder({ orderId, customerEmail, status, items, total, currency, placedAt }: Order): void {
    board.put({
      kind: 'order',
      system: 'shop',
      id: orderId,
      title: `Order ${orderId}`,
      text: items.map(({ name, quantity }) => `${quantity} × ${name}`).join('\n'),
      badges: [status],
      fields: [
        ['customer', customerEmail],
        ['total', `${total} ${currency}`],
        ['placed', placedAt],
      ],
    });
  }

  function showSubscription({ subscriptionId, customerEmail, plan, status, renewsAt, endsAt }: Subscription): void {
    board.put({
      kind: 'order',
      system: 'shop',
      id: subscriptionId,
      title: `Subscription ${subscriptionId}`,
      badges: [status, plan],
      fields: [
        ['customer', customerEmail],
        ['renews', renewsAt ?? ''],
        ['ends', endsAt ?? ''],
      ],
    });
  }

  clear();
  return {
    name: 'shop',
    routes: {
      'GET /orders/:id': getOrder,
      'POST /orders': placeOrder,
      'GET /subscriptions': list,
      'GET /subscriptions/:id': ({ params }) => lookup(one(params.id)),
      'PATCH /subscriptions/:id': update,
    },
    authenticate: (headers) => hasBearer(headers, credentials.shop.token),
    refusal,
    clear,
  };
}

/** @throws Refused for anything but a known plan or status */
function changesOf(known: Subscription, { plan, status, ...others }: JsonObject): Partial<Subscription> {
  const invalid = (message: string) => new Refused(problem(422, message));
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw invalid(`${unknown} cannot be changed; plan and status can.`);
  if (plan === undefined && status === undefined) throw invalid('Say what to change: plan or status.');
  if (plan !== undefined && !isPlan(plan)) throw invalid(`plan must be one of ${Object.keys(PRICES).join(', ')}.`);
  if (status !== undefined && status !== 'active' && status !== 'cancelled')
    throw invalid('status must be active or cancelled.');
  return {
    ...(plan === undefined ? {} : { plan, price: PRICES[plan] }),
    ...(status === undefined || status === known.status ? {} : turnedTo(status, known)),
  };
}

/** A cancelled subscription runs until it would have renewed; an active one renews when it would have ended. */
const turnedTo = (status: Subscription['status'], { renewsAt, endsAt }: Subscription): Partial<Subscription> =>
  status === 'cancelled' ? { status, renewsAt: null, endsAt: renewsAt } : { status, renewsAt: endsAt, endsAt: null };

const isPlan = (value: unknown): value is Plan => typeof value === 'string' && Object.hasOwn(PRICES, value);

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'The body is not valid JSON.',
  401: 'The token is missing or wrong.',
  404: 'There is no such resource.',
  429: 'Too many requests.',
};

const refusal = (status: number): Answer => problem(status, REFUSALS[status] ?? `answered with ${status}`);
