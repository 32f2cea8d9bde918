// Generated from schemas/ by `npm run generate`. Do not edit.

/** Somebody placed an order. */
export interface OrderCreated {
  /** The shop's id of the order. */
  orderId: string;
  /** The number the customer knows the order by, if it is another. */
  orderNumber: string | null;
  /** Who ordered, by the id the chatbot knows them by. */
  userId: string | null;
  /** The shop's or billing system's id of the customer. */
  customerId: string | null;
  /** The customer's e-mail address. */
  email: string | null;
  /** The customer's phone number. */
  phone: string | null;
  /** The customer's name. */
  customerName: string | null;
  /** The order's state, as the shop calls it. */
  status: string | null;
  /** What the order costs; for display, not for accounting. */
  total: number | null;
  /** The currency of all amounts, by ISO 4217. */
  currency: string | null;
  /** What was ordered. */
  items: OrderItem[];
  /** When the order was placed. */
  placedAt: number | null;
  /** Where the customer sees the order. */
  orderUrl: string | null;
  /** The customer's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}

/** One line of an order. */
export interface OrderItem {
  /** The shop's number of the article. */
  sku: string | null;
  /** What the article is called. */
  name: string | null;
  /** How many, or how much. */
  quantity: number | null;
  /** The price of one, in the order's currency; for display, not for accounting. */
  price: number | null;
}

/** An order, or a part of it, left the warehouse. */
export interface OrderShipped {
  /** The shop's id of the order. */
  orderId: string;
  /** The number the customer knows the order by, if it is another. */
  orderNumber: string | null;
  /** Who ordered, by the id the chatbot knows them by. */
  userId: string | null;
  /** The shop's or billing system's id of the customer. */
  customerId: string | null;
  /** The customer's e-mail address. */
  email: string | null;
  /** The customer's phone number. */
  phone: string | null;
  /** The customer's name. */
  customerName: string | null;
  /** The order's state, as the shop calls it. */
  status: string | null;
  /** The carrier's number of the parcel. */
  trackingNumber: string | null;
  /** Who carries the parcel. */
  carrier: string | null;
  /** Where the parcel can be followed. */
  trackingUrl: string | null;
  /** What is in the parcel. */
  items: OrderItem[];
  /** When the parcel left. */
  shippedAt: number | null;
  /** When the parcel should arrive. */
  estimatedDelivery: number | null;
  /** The customer's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}

/** The money for an order has arrived. */
export interface PaymentConfirmed {
  /** The shop's id of the order. */
  orderId: string;
  /** The payment provider's id of the payment. */
  paymentId: string | null;
  /** Who ordered, by the id the chatbot knows them by. */
  userId: string | null;
  /** The shop's or billing system's id of the customer. */
  customerId: string | null;
  /** The customer's e-mail address. */
  email: string | null;
  /** The customer's phone number. */
  phone: string | null;
  /** The customer's name. */
  customerName: string | null;
  /** What was paid; for display, not for accounting. */
  amount: number | null;
  /** The currency of the amount, by ISO 4217. */
  currency: string | null;
  /** How it was paid, such as card. */
  method: string | null;
  /** When it was paid. */
  paidAt: number | null;
  /** The customer's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}

/** The goods of an order are set aside for it. */
export interface InventoryReserved {
  /** The shop's id of the order. */
  orderId: string;
  /** The warehouse's id of the reservation. */
  reservationId: string | null;
  /** Who ordered, by the id the chatbot knows them by. */
  userId: string | null;
  /** The customer's e-mail address. */
  email: string | null;
  /** Where the goods lie. */
  warehouse: string | null;
  /** What is set aside. */
  items: OrderItem[];
  /** When the goods were set aside. */
  reservedAt: number | null;
  /** Until when they are kept. */
  reservedUntil: number | null;
  /** The customer's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}

/** An order was cancelled. */
export interface OrderCancelled {
  /** The shop's id of the order. */
  orderId: string;
  /** The order number that the customer knows, if it differs from the id. */
  orderNumber: string | null;
  /** The chatbot platform's id of the customer. */
  userId: string | null;
  /** The shop's or billing system's id of the customer. */
  customerId: string | null;
  /** The customer's e-mail address. */
  email: string | null;
  /** The customer's phone number. */
  phone: string | null;
  /** The customer's name. */
  customerName: string | null;
  /** The order's status, in the shop's words. */
  status: string | null;
  /** Why the order was cancelled. */
  reason: string | null;
  /** Who cancelled it, such as customer, shop or payment provider. */
  cancelledBy: string | null;
  /** The total of the order; for display, not for accounting. */
  total: number | null;
  /** The amount that is refunded; for display, not for accounting. */
  refundAmount: number | null;
  /** The currency of all amounts, as an ISO 4217 code. */
  currency: string | null;
  /** The cancelled items. */
  items: OrderItem[];
  /** When the order was cancelled. */
  cancelledAt: number | null;
  /** Where the customer can see the order. */
  orderUrl: string | null;
  /** The customer's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}

/** An order, or a part of it, was delivered. */
export interface OrderDelivered {
  /** The shop's id of the order. */
  orderId: string;
  /** The order number that the customer knows, if it differs from the id. */
  orderNumber: string | null;
  /** The chatbot platform's id of the customer. */
  userId: string | null;
  /** The shop's or billing system's id of the customer. */
  customerId: string | null;
  /** The customer's e-mail address. */
  email: string | null;
  /** The customer's phone number. */
  phone: string | null;
  /** The customer's name. */
  customerName: string | null;
  /** The order's status, in the shop's words. */
  status: string | null;
  /** The carrier's tracking number. */
  trackingNumber: string | null;
  /** The carrier of the parcel. */
  carrier: string | null;
  /** Where the customer can track the parcel. */
  trackingUrl: string | null;
  /** Where the parcel was left, such as the front door or a pickup point. */
  location: string | null;
  /** Who accepted the parcel. */
  receivedBy: string | null;
  /** The items in the parcel. */
  items: OrderItem[];
  /** When the parcel was delivered. */
  deliveredAt: number | null;
  /** Where the customer can see the order. */
  orderUrl: string | null;
  /** The customer's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}

/** A payment for an order failed. */
export interface PaymentFailed {
  /** The shop's id of the order. */
  orderId: string;
  /** The order number that the customer knows, if it differs from the id. */
  orderNumber: string | null;
  /** The payment provider's id of the payment. */
  paymentId: string | null;
  /** The chatbot platform's id of the customer. */
  userId: string | null;
  /** The shop's or billing system's id of the customer. */
  customerId: string | null;
  /** The customer's e-mail address. */
  email: string | null;
  /** The customer's phone number. */
  phone: string | null;
  /** The customer's name. */
  customerName: string | null;
  /** The amount of the payment; for display, not for accounting. */
  amount: number | null;
  /** The currency of the amount, as an ISO 4217 code. */
  currency: string | null;
  /** The payment method, such as card. */
  method: string | null;
  /** Why the payment failed, as a text for people. */
  reason: string | null;
  /** The payment provider's code for the reason, such as card_declined. */
  errorCode: string | null;
  /** The number of the attempt, from 1. */
  attempt: number | null;
  /** When the payment is tried again, if it is. */
  nextAttemptAt: number | null;
  /** Where the customer can pay. */
  paymentUrl: string | null;
  /** When the payment failed. */
  failedAt: number | null;
  /** The customer's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}

/** A payment for an order, or a part of it, was refunded. */
export interface PaymentRefunded {
  /** The shop's id of the order. */
  orderId: string;
  /** The order number that the customer knows, if it differs from the id. */
  orderNumber: string | null;
  /** The payment provider's id of the payment. */
  paymentId: string | null;
  /** The payment provider's id of the refund. */
  refundId: string | null;
  /** The chatbot platform's id of the customer. */
  userId: string | null;
  /** The shop's or billing system's id of the customer. */
  customerId: string | null;
  /** The customer's e-mail address. */
  email: string | null;
  /** The customer's phone number. */
  phone: string | null;
  /** The customer's name. */
  customerName: string | null;
  /** The refunded amount; for display, not for accounting. */
  amount: number | null;
  /** The currency of the amount, as an ISO 4217 code. */
  currency: string | null;
  /** Whether only a part of the payment was refunded. */
  isPartial: boolean | null;
  /** The payment method that the refund goes to, such as card. */
  method: string | null;
  /** The refund's status, in the payment provider's words. */
  status: string | null;
  /** Why the payment was refunded. */
  reason: string | null;
  /** The refunded items. */
  items: OrderItem[];
  /** When the payment was refunded. */
  refundedAt: number | null;
  /** The customer's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}

/** A subscription started, changed its plan or its status, or ended. */
export interface SubscriptionChanged {
  /** The billing system's id of the subscription. */
  subscriptionId: string | null;
  /** The chatbot platform's id of the customer. */
  userId: string | null;
  /** The shop's or billing system's id of the customer. */
  customerId: string | null;
  /** The customer's e-mail address. */
  email: string | null;
  /** The customer's phone number. */
  phone: string | null;
  /** The customer's name. */
  customerName: string | null;
  /** The plan after the change. */
  plan: string | null;
  /** The plan before the change, if it changed. */
  previousPlan: string | null;
  /** The status after the change, such as active, trialing, past_due, paused or canceled. */
  status: string | null;
  /** The status before the change, if it changed. */
  previousStatus: string | null;
  /** The number of units, such as seats. */
  quantity: number | null;
  /** The price of one billing period; for display, not for accounting. */
  amount: number | null;
  /** The currency of the amount, as an ISO 4217 code. */
  currency: string | null;
  /** The billing period, such as month or year. */
  interval: string | null;
  /** When the subscription renews. */
  renewsAt: number | null;
  /** When the subscription ends, if it does not renew. */
  endsAt: number | null;
  /** When the trial ends. */
  trialEndsAt: number | null;
  /** Why it changed. */
  reason: string | null;
  /** Where the customer can manage the subscription. */
  url: string | null;
  /** When it changed. */
  changedAt: number | null;
  /** The customer's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}

/** The available quantity of a product changed. */
export interface StockChanged {
  /** The shop's id of the product. */
  productId: string | null;
  /** The shop's stock keeping unit of the product. */
  sku: string | null;
  /** The shop's id of the variant, such as a size or colour. */
  variantId: string | null;
  /** The product's name. */
  name: string | null;
  /** The available quantity after the change; below zero if more is sold than in stock. */
  quantity: number | null;
  /** The available quantity before the change. */
  previousQuantity: number | null;
  /** The warehouse or location of the stock. */
  warehouse: string | null;
  /** Why it changed, such as sale, return or correction. */
  reason: string | null;
  /** The page of the product. */
  url: string | null;
  /** When it changed. */
  changedAt: number | null;
}

/** A product that was out of stock is available again. */
export interface StockReplenished {
  /** The shop's id of the product. */
  productId: string | null;
  /** The shop's stock keeping unit of the product. */
  sku: string | null;
  /** The shop's id of the variant, such as a size or colour. */
  variantId: string | null;
  /** The product's name. */
  name: string | null;
  /** The available quantity after the change; below zero if more is sold than in stock. */
  quantity: number | null;
  /** The available quantity before the change. */
  previousQuantity: number | null;
  /** The warehouse or location of the stock. */
  warehouse: string | null;
  /** The price of one; for display, not for accounting. */
  price: number | null;
  /** The currency of the price, as an ISO 4217 code. */
  currency: string | null;
  /** The people who asked to be notified, by the chatbot platform's ids. */
  userIds: string[];
  /** The page of the product. */
  url: string | null;
  /** When it became available. */
  replenishedAt: number | null;
  /** The language of the texts as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}

/** An order was flagged as possible fraud. */
export interface FraudFlagged {
  /** The shop's id of the order. */
  orderId: string;
  /** The order number that the customer knows, if it differs from the id. */
  orderNumber: string | null;
  /** The payment provider's id of the payment. */
  paymentId: string | null;
  /** The chatbot platform's id of the customer. */
  userId: string | null;
  /** The shop's or billing system's id of the customer. */
  customerId: string | null;
  /** The customer's e-mail address. */
  email: string | null;
  /** The customer's phone number. */
  phone: string | null;
  /** The customer's name. */
  customerName: string | null;
  /** The amount at risk; for display, not for accounting. */
  amount: number | null;
  /** The currency of the amount, as an ISO 4217 code. */
  currency: string | null;
  /** The risk, such as high, medium or low. */
  riskLevel: string | null;
  /** The risk as a number, on the fraud detection's scale. */
  riskScore: number | null;
  /** What the fraud detection recommends, such as cancel, investigate or accept. */
  recommendation: string | null;
  /** Why the order was flagged. */
  reason: string | null;
  /** The findings behind it. */
  signals: string[];
  /** The system that flagged the order. */
  provider: string | null;
  /** The IP address that the order came from. */
  ipAddress: string | null;
  /** The country that the order came from, as an ISO 3166 code or a name. */
  country: string | null;
  /** Where staff can review the order. */
  url: string | null;
  /** When the order was flagged. */
  flaggedAt: number | null;
}
