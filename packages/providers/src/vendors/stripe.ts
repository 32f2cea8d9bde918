import { createHmac } from 'node:crypto';
import { bodyPaths } from '../body-paths.ts';
import type { Fields, Mapping } from '../mapping/mapping.ts';
import { defineProvider, type Example } from '../provider.ts';
import { seconds } from '../schemes/hmac-scheme.ts';
import { freshness, fromHex, headerOf, isSignedBy } from '../schemes/signature.ts';

/** A time and a signature by each live secret; more parts than this are not read. */
const MAX_PARTS = 16;

/** https://docs.stripe.com/currencies#zero-decimal and #three-decimal */
const WITHOUT_DECIMALS = 'bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf'.split(' ');
const WITH_THREE = 'bhd jod kwd omr tnd'.split(' ');

const object = 'body.data.object';

/** Amounts are in the smallest unit of their currency. */
const amountOf = (minor: string, currency = `${object}.currency`): string =>
  `double(${minor}) / (${currency} in ${JSON.stringify(WITHOUT_DECIMALS)} ? 1.0 :
    ${currency} in ${JSON.stringify(WITH_THREE)} ? 1000.0 : 100.0)`;

const isPayment = `has(${object}.metadata.order_id)`;

const payer: Fields = { userId: `${object}.metadata.user_id`, customerId: `${object}.customer` };

const payment: Fields = {
  ...payer,
  orderId: `${object}.metadata.order_id`,
  currency: `${object}.currency.upperAscii()`,
};

const item = `${object}.items.data[0]`;

const mapping: Mapping = {
  called: 'body.type',
  events: [
    {
      type: 'payment.confirmed',
      when: `body.type == "payment_intent.succeeded" && ${isPayment}`,
      id: 'body.id',
      at: 'body.created',
      fields: {
        ...payment,
        paymentId: `${object}.id`,
        email: `${object}.receipt_email`,
        phone: `${object}.shipping.phone`,
        customerName: `${object}.shipping.name`,
        amount: [amountOf(`${object}.amount_received`), amountOf(`${object}.amount`)],
        method: `${object}.payment_method_types[0]`,
        paidAt: 'body.created',
      },
    },
    {
      type: 'payment.failed',
      when: `body.type == "payment_intent.payment_failed" && ${isPayment}`,
      id: 'body.id',
      at: 'body.created',
      fields: {
        ...payment,
        paymentId: `${object}.id`,
        email: [`${object}.receipt_email`, `${object}.last_payment_error.payment_method.billing_details.email`],
        amount: amountOf(`${object}.amount`),
        method: `${object}.last_payment_error.payment_method.type`,
        reason: `${object}.last_payment_error.message`,
        errorCode: [`${object}.last_payment_error.decline_code`, `${object}.last_payment_error.code`],
        failedAt: 'body.created',
      },
    },
    {
      type: 'payment.refunded',
      when: `body.type == "charge.refunded" && ${isPayment}`,
      id: 'body.id',
      at: 'body.created',
      fields: {
        ...payment,
        paymentId: [`${object}.payment_intent`, `${object}.id`],
        refundId: `${object}.refunds.data[0].id`,
        email: [`${object}.billing_details.email`, `${object}.receipt_email`],
        phone: `${object}.billing_details.phone`,
        customerName: `${object}.billing_details.name`,
        // amount_refunded is the sum of all refunds.
        amount: [
          amountOf(`${object}.amount_refunded - body.data.previous_attributes.amount_refunded`),
          amountOf(`${object}.amount_refunded`),
        ],
        isPartial: `${object}.refunded == false`,
        method: `${object}.payment_method_details.type`,
        reason: `${object}.refunds.data[0].reason`,
        refundedAt: 'body.created',
      },
    },
    {
      type: 'subscription.changed',
      when: 'body.type.startsWith("customer.subscription.") && body.data.object.object == "subscription"',
      id: 'body.id',
      at: 'body.created',
      fields: {
        subscriptionId: `${object}.id`,
        ...payer,
        plan: [`${item}.price.nickname`, `${item}.price.lookup_key`, `${item}.price.id`],
        previousPlan: ['nickname', 'lookup_key', 'id'].map(
          (name) => `body.data.previous_attributes.items.data[0].price.${name}`,
        ),
        status: `${object}.status`,
        previousStatus: 'body.data.previous_attributes.status',
        quantity: `${item}.quantity`,
        // Tiered prices have none.
        amount: `${item}.price.unit_amount == null ? body.none :
          ${amountOf(`${item}.price.unit_amount`, `${item}.price.currency`)}`,
        currency: `${item}.price.currency.upperAscii()`,
        interval: `${item}.price.recurring.interval`,
        renewsAt: [`${item}.current_period_end`, `${object}.current_period_end`],
        endsAt: [`${object}.ended_at`, `${object}.cancel_at`],
        trialEndsAt: `${object}.trial_end`,
        reason: `${object}.cancellation_details.reason`,
        changedAt: 'body.created',
      },
    },
  ],
  ignore: [
    ...bodyPaths('account api_version context data.previous_attributes livemode object pending_webhooks request type'),
    ...bodyPaths(
      `allowed_payment_method_types amount amount_capturable amount_captured amount_details amount_received
        amount_refunded application application_fee application_fee_amount application_fee_percent
        authorization_code automatic_payment_methods automatic_tax balance_transaction billing_cycle_anchor
        billing_cycle_anchor_config billing_details billing_mode billing_schedules billing_thresholds
        calculated_statement_descriptor cancel_at cancel_at_period_end canceled_at cancellation_details
        cancellation_reason capture_method captured client_secret collection_method confirmation_method
        created currency current_period_end current_period_start customer customer_account days_until_due
        default_payment_method default_source default_tax_rates description discount discounts disputed
        ended_at excluded_payment_method_types failure_balance_transaction failure_code failure_message
        fraud_details hooks id invoice_settings items last_payment_error latest_charge latest_invoice level3
        livemode managed_payments metadata next_action next_pending_invoice_item_invoice object on_behalf_of
        outcome paid pause_collection payment_details payment_method payment_method_configuration_details
        payment_method_details payment_method_options payment_method_types payment_record payment_settings
        pending_invoice_item_interval pending_setup_intent pending_update plan presentment_details
        processing quantity radar_options receipt_email receipt_number receipt_url refunded refunds review
        schedule setup_future_usage shipping source source_transfer start_date statement_descriptor
        statement_descriptor_suffix status status_details test_clock transfer transfer_data transfer_group
        trial_settings trial_start`,
      'data.object',
    ),
  ],
};

const event = (type: string, object: string, previous = ''): string => `{
  "id": "evt_{{run}}", "object": "event", "api_version": "2026-01-28", "created": {{seconds}}, "livemode": false,
  "type": "${type}", "pending_webhooks": 1, "request": { "id": "req_1", "idempotency_key": "key" },
  "data": { "object": ${object}${previous && `, "previous_attributes": ${previous}`} }
}`;

const intent = (metadata: string, rest: string): string => `{
  "id": "pi_{{run}}", "object": "payment_intent", "amount": 12990, "currency": "eur", "customer": "cus_NffrFeUfNV2Hib",
  "metadata": ${metadata}, "payment_method_types": ["card"], "receipt_email": "jane.doe@example.com", ${rest}
}`;

const ORDER = '{ "order_id": "order-1001", "user_id": "user-1024" }';

const examples: readonly Example[] = [
  {
    name: 'payment_intent.succeeded',
    body: event('payment_intent.succeeded', intent(ORDER, '"amount_received": 12990, "status": "succeeded"')),
    becomes: ['payment.confirmed'],
  },
  {
    name: 'payment_intent.succeeded without an order',
    body: event('payment_intent.succeeded', intent('{}', '"amount_received": 12990, "status": "succeeded"')),
    becomes: [],
  },
  {
    name: 'payment_intent.payment_failed',
    body: event(
      'payment_intent.payment_failed',
      intent(
        ORDER,
        `"status": "requires_payment_method", "last_payment_error": {
          "type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds",
          "message": "Your card has insufficient funds.", "payment_method": { "id": "pm_1", "type": "card" }
        }`,
      ),
    ),
    becomes: ['payment.failed'],
  },
  {
    name: 'charge.refunded',
    body: event(
      'charge.refunded',
      `{
        "id": "ch_{{run}}", "object": "charge", "amount": 12990, "amount_refunded": 8990, "currency": "eur",
        "billing_details": { "email": "jane.doe@example.com", "name": "Jane Doe", "phone": null },
        "metadata": ${ORDER}, "payment_intent": "pi_3MtwBwLkdIwHu7ix28a3tqPa", "refunded": false,
        "payment_method_details": { "type": "card" }
      }`,
      '{ "amount_refunded": 4000 }',
    ),
    becomes: ['payment.refunded'],
  },
  {
    name: 'customer.subscription.updated',
    body: event(
      'customer.subscription.updated',
      `{
        "id": "sub_1MowQVLkdIwHu7ixeRlqHVzs", "object": "subscription", "customer": "cus_NffrFeUfNV2Hib",
        "status": "active", "metadata": {}, "cancel_at": null, "ended_at": null, "trial_end": {{seconds}},
        "items": { "object": "list", "data": [{
          "id": "si_NcLYdDxLHxlFo7", "quantity": 5, "current_period_end": {{seconds}},
          "price": {
            "id": "price_1MowQULkdIwHu7ixraBm864M", "nickname": "Team", "currency": "jpy", "unit_amount": 2900,
            "recurring": { "interval": "month", "interval_count": 1 }
          }
        }] }
      }`,
      '{ "status": "trialing" }',
    ),
    becomes: ['subscription.changed'],
  },
];

/** https://docs.stripe.com/webhooks#verify-manually */
export const stripe = defineProvider({
  verifier:
    ({ keys }) =>
    ({ headers, body }, now) => {
      const given = headerOf(headers, 'stripe-signature');
      if (given === undefined) return { kind: 'invalid', fault: 'missing' };
      const parts = given.split(',', MAX_PARTS).map((part) => part.split('=', 2));
      const times = parts.flatMap(([name, value = '']) => (name === 't' ? [value] : []));
      const signatures = parts.flatMap(([name, value = '']) => (name === 'v1' ? (fromHex(value) ?? []) : []));
      const [time = ''] = times;
      const signedAt = seconds.read(time);
      if (times.length !== 1 || signedAt === undefined || signatures.length === 0) {
        return { kind: 'invalid', fault: 'form' };
      }
      return isSignedBy(keys, 'sha256', [`${time}.`, body], ...signatures)
        ? freshness(signedAt, now)
        : { kind: 'invalid', fault: 'mismatch' };
    },
  mapping,
  examples,
  sign: ({ body }, secret, now) => {
    const time = seconds.write(now);
    const signature = createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex');
    return { 'stripe-signature': `t=${time},v1=${signature}` };
  },
});
