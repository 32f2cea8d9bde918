import { bodyPaths } from '../body-paths.ts';
import type { Each, Fields } from '../mapping/mapping.ts';
import { defineProvider } from '../provider.ts';
import { hmacScheme } from '../schemes/hmac-scheme.ts';

/** The topic is not signed, so that each rule also asks for what only its bodies say. */
const topic = (name: string): string => `headers["x-shopify-topic"] == "${name}"`;

const items: Each = {
  each: 'body.line_items',
  fields: { sku: 'item.sku', name: ['item.name', 'item.title'], quantity: 'item.quantity', price: 'item.price' },
};

const buyer: Fields = {
  customerId: 'body.customer.id',
  email: ['body.email', 'body.contact_email', 'body.customer.email'],
  phone: ['body.phone', 'body.customer.phone', 'body.shipping_address.phone'],
  customerName: ['body.shipping_address.name', 'body.billing_address.name', 'body.customer.first_name'],
  locale: 'body.customer_locale',
};

const order: Fields = {
  ...buyer,
  orderId: 'body.id',
  orderNumber: 'body.name',
  total: 'body.total_price',
  currency: 'body.currency',
  items,
  orderUrl: 'body.order_status_url',
};

const LINE_ITEMS = `[
  { "id": 866550311, "sku": "IPOD2008PINK", "name": "IPod Nano - 8GB", "title": "IPod Nano - 8GB", "quantity": 1, "price": "199.00" },
  { "id": 141249953, "sku": "SKU2006-001", "name": "Aviator sunglasses", "title": "Aviator sunglasses", "quantity": 1, "price": "199.00" }
]`;

/** https://shopify.dev/docs/apps/build/webhooks/subscribe/https */
export const shopify = defineProvider({
  ...hmacScheme({ header: 'x-shopify-hmac-sha256', algorithm: 'sha256', encoding: 'base64' }),
  mappedHeaders: ['x-shopify-topic'],
  mapping: {
    called: 'headers["x-shopify-topic"]',
    events: [
      {
        type: 'order.created',
        when: `${topic('orders/create')} && has(body.line_items)`,
        id: 'body.id',
        at: 'body.created_at',
        fields: { ...order, status: 'body.financial_status', placedAt: 'body.created_at' },
      },
      {
        type: 'payment.confirmed',
        when: `${topic('orders/paid')} && body.financial_status == "paid"`,
        id: 'body.id',
        at: ['body.processed_at', 'body.updated_at'],
        fields: {
          ...buyer,
          orderId: 'body.id',
          amount: 'body.total_price',
          currency: 'body.currency',
          method: 'body.payment_gateway_names[0]',
          paidAt: ['body.processed_at', 'body.updated_at'],
        },
      },
      {
        type: 'order.cancelled',
        when: `${topic('orders/cancelled')} && body.cancelled_at != null`,
        id: 'body.id',
        at: 'body.cancelled_at',
        fields: {
          ...order,
          status: 'body.financial_status',
          reason: 'body.cancel_reason',
          cancelledAt: 'body.cancelled_at',
        },
      },
      {
        type: 'order.shipped',
        when: `${topic('fulfillments/create')} && has(body.order_id) && has(body.line_items)`,
        id: 'body.id',
        at: 'body.created_at',
        fields: {
          orderId: 'body.order_id',
          orderNumber: 'body.name.split(".")[0]',
          email: 'body.email',
          phone: 'body.destination.phone',
          customerName: 'body.destination.name',
          status: 'body.status',
          trackingNumber: 'body.tracking_number',
          carrier: 'body.tracking_company',
          trackingUrl: 'body.tracking_url',
          items,
          shippedAt: 'body.created_at',
        },
      },
      {
        type: 'order.delivered',
        when: `${topic('fulfillment_events/create')} && body.status == "delivered" && has(body.fulfillment_id)`,
        id: 'body.id',
        at: 'body.happened_at',
        fields: {
          orderId: 'body.order_id',
          status: 'body.status',
          deliveredAt: 'body.happened_at',
        },
      },
      {
        type: 'payment.refunded',
        when: `${topic('refunds/create')} && has(body.refund_line_items)`,
        id: 'body.id',
        at: 'body.created_at',
        fields: {
          orderId: 'body.order_id',
          paymentId: 'body.transactions[0].parent_id',
          refundId: 'body.id',
          amount: 'body.transactions[0].amount',
          currency: 'body.transactions[0].currency',
          method: 'body.transactions[0].gateway',
          status: 'body.transactions[0].status',
          reason: 'body.note',
          items: {
            each: 'body.refund_line_items',
            fields: {
              sku: 'item.line_item.sku',
              name: ['item.line_item.name', 'item.line_item.title'],
              quantity: 'item.quantity',
              price: 'item.line_item.price',
            },
          },
          refundedAt: ['body.processed_at', 'body.created_at'],
        },
      },
      {
        type: 'stock.changed',
        when: `${topic('inventory_levels/update')} && has(body.inventory_item_id)`,
        id: 'string(body.inventory_item_id) + "-" + string(body.location_id) + "-" + body.updated_at',
        at: 'body.updated_at',
        fields: {
          productId: 'body.inventory_item_id',
          quantity: 'body.available',
          warehouse: 'body.location_id',
          changedAt: 'body.updated_at',
        },
      },
    ],
    ignore: bodyPaths(`
      additional_fees address1 admin_graphql_api_id app_id billing_address browser_ip
      buyer_accepts_marketing cancel_reason cancelled_at cart_token checkout_id checkout_token city
      client_details closed_at company confirmation_number confirmed contact_email country created_at
      current_shipping_price_set current_subtotal_price current_subtotal_price_set
      current_total_additional_fees_set current_total_discounts current_total_discounts_set
      current_total_duties_set current_total_price current_total_price_set current_total_tax
      current_total_tax_set customer destination device_id discount_applications discount_codes duties
      duties_included estimated_delivery_at estimated_taxes financial_status fulfillment_id
      fulfillment_status fulfillments landing_site landing_site_ref latitude line_items location_id
      longitude merchant_business_entity_id merchant_of_record_app_id message name note note_attributes
      number order_adjustments order_number order_status_url origin_address
      original_total_additional_fees_set original_total_duties_set payment_gateway_names payment_terms phone
      po_number presentment_currency processed_at province receipt reference referring_site
      refund_line_items refund_shipping_lines refunds restock return returns service shipment_status
      shipping_address shipping_lines shop_id source_identifier source_name source_url subtotal_price
      subtotal_price_set tags tax_exempt tax_lines taxes_included test token
      total_cash_rounding_payment_adjustment_set total_cash_rounding_refund_adjustment_set total_discounts
      total_discounts_set total_duties_set total_line_items_price total_line_items_price_set
      total_outstanding total_price_set total_shipping_price_set total_tax total_tax_set total_tip_received
      total_weight tracking_numbers tracking_urls transactions updated_at user_id zip
    `),
  },
  examples: [
    { name: 'orders/create', ...sent('orders/create', orderBody('pending')), becomes: ['order.created'] },
    { name: 'orders/paid', ...sent('orders/paid', orderBody('paid')), becomes: ['payment.confirmed'] },
    { name: 'orders/paid, not paid', ...sent('orders/paid', orderBody('pending')), becomes: [] },
    {
      name: 'orders/cancelled',
      ...sent('orders/cancelled', orderBody('refunded', '"{{iso}}"')),
      becomes: ['order.cancelled'],
    },
    {
      name: 'fulfillments/create',
      ...sent(
        'fulfillments/create',
        `{
          "id": {{number}}, "order_id": {{number}}, "name": "#9999.1", "status": "success", "created_at": "{{iso}}",
          "service": "manual", "updated_at": "{{iso}}", "tracking_company": "UPS", "shipment_status": null,
          "location_id": 655441491, "email": "jon@example.com", "tracking_number": "1Z827WK74630",
          "tracking_url": "https://carrier.example.com/track/1Z827WK74630",
          "destination": { "name": "Steve Shipper", "phone": "555-555-SHIP", "city": "Shippington" },
          "line_items": ${LINE_ITEMS}
        }`,
      ),
      becomes: ['order.shipped'],
    },
    {
      name: 'fulfillment_events/create',
      ...sent('fulfillment_events/create', fulfillmentEvent('delivered')),
      becomes: ['order.delivered'],
    },
    {
      name: 'fulfillment_events/create, in transit',
      ...sent('fulfillment_events/create', fulfillmentEvent('in_transit')),
      becomes: [],
    },
    {
      name: 'refunds/create',
      ...sent(
        'refunds/create',
        `{
          "id": {{number}}, "order_id": {{number}}, "created_at": "{{iso}}", "processed_at": "{{iso}}", "user_id": 548380009,
          "note": "Things were damaged", "restock": false, "order_adjustments": [],
          "refund_line_items": [{ "id": 1, "quantity": 1, "line_item_id": 487817672, "subtotal": 199.0,
            "line_item": { "sku": "SKU2006-001", "name": "Aviator sunglasses", "price": "199.00" } }],
          "transactions": [{ "id": 245135271, "parent_id": 245135270, "kind": "refund", "gateway": "bogus", "status": "success",
            "amount": "199.00", "currency": "USD" }]
        }`,
      ),
      becomes: ['payment.refunded'],
    },
    {
      name: 'inventory_levels/update',
      ...sent(
        'inventory_levels/update',
        `{ "inventory_item_id": 271878346, "location_id": {{number}}, "available": 6, "updated_at": "{{iso}}" }`,
      ),
      becomes: ['stock.changed'],
    },
  ],
});

function sent(topic: string, body: string) {
  return { headers: { 'x-shopify-topic': topic, 'x-shopify-event-id': '98880550-7158-44d4-b7cd-2c97c8a091b5' }, body };
}

function orderBody(status: string, cancelledAt = 'null'): string {
  return `{
    "id": {{number}}, "name": "#9999", "email": "jon@example.com", "created_at": "{{iso}}", "updated_at": "{{iso}}",
    "processed_at": "{{iso}}", "cancelled_at": ${cancelledAt}, "cancel_reason": null, "currency": "USD", "total_price": "398.00",
    "financial_status": "${status}", "fulfillment_status": null, "phone": null, "customer_locale": "en",
    "order_status_url": "https://shop.example.com/690933842/orders/123456abcd/authenticate?key=abcdefg",
    "payment_gateway_names": ["visa", "bogus"], "test": true,
    "customer": { "id": 115310627, "email": "john@example.com", "first_name": "John", "last_name": "Smith", "phone": null },
    "shipping_address": { "name": "Steve Shipper", "phone": "555-555-SHIP", "city": "Shippington", "country_code": "US" },
    "line_items": ${LINE_ITEMS}
  }`;
}

function fulfillmentEvent(status: string): string {
  return `{
    "id": {{number}}, "fulfillment_id": 123456, "order_id": {{number}}, "status": "${status}", "message": null,
    "happened_at": "{{iso}}", "created_at": "{{iso}}", "updated_at": "{{iso}}", "shop_id": 20978040854, "city": "Ottawa"
  }`;
}
