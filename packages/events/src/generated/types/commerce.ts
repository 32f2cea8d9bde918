// Generated from schemas/ by `npm run generate`. Do not edit.

/** Somebody placed an order. */
export interface OrderCreated {
  /** The shop's id of the order. */
  orderId: string;
  /** The number the customer knows the order by, if it is another. */
  orderNumber: string | null;
  /** Who ordered, by the id the chatbot knows them by. */
  userId: string | null;
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
