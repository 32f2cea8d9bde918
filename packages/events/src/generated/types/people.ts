// Generated from schemas/ by `npm run generate`. Do not edit.

/** A person changed what they want to be told, and how; what is absent stays as it was. */
export interface PreferenceUpdated {
  /** The person, by the id the chatbot knows them by. */
  userId: string;
  /** Which channels the person agreed to. */
  channels: Channels | null;
  /** Which event types the person wants to hear of, such as order.shipped. */
  topics: Record<string, boolean> | null;
  /** When the person wants no messages. */
  quietHours: QuietHours | null;
  /** The person's time zone by its IANA name, such as Europe/Berlin. */
  timezone: string | null;
  /** The person's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
  /** Whether messages come one by one or gathered. */
  digest: DigestFrequency | null;
  /** Where e-mail goes. */
  email: string | null;
  /** Whom Slack messages go to. */
  slackUserId: string | null;
  /** The person's own webhook. */
  webhookUrl: string | null;
}

/** Which channels a person agreed to; what is absent stays as it was. */
export interface Channels {
  /** Messages of the chatbot. */
  chat: boolean | null;
  /** E-mail. */
  email: boolean | null;
  /** Slack. */
  slack: boolean | null;
  /** Calls to the person's own webhook. */
  webhook: boolean | null;
}

/** The hours in which a person wants no messages, in the person's time zone; an end before the start lies on the next day. */
export interface QuietHours {
  /** Whether there are any; false ends them. */
  enabled: boolean;
  /** The first quiet minute, as HH:MM. */
  start: string | null;
  /** The first minute that is not quiet any more, as HH:MM. */
  end: string | null;
}

/** How often messages are gathered into one. */
export type DigestFrequency = 'none' | 'hourly' | 'daily' | 'weekly';

/** A person follows an order, a product, a service or an incident. */
export interface FollowStarted {
  /** The chatbot platform's id of the person. */
  userId: string;
  /** What the person follows: order, product, service or incident. */
  targetKind: string;
  /** The id of the order, product, service or incident. */
  targetId: string;
}

/** A person no longer follows an order, a product, a service or an incident. */
export interface FollowEnded {
  /** The chatbot platform's id of the person. */
  userId: string;
  /** What the person followed: order, product, service or incident. */
  targetKind: string;
  /** The id of the order, product, service or incident. */
  targetId: string;
}

/** Data of a customer changed in another system. */
export interface CustomerUpdated {
  /** The other system's id of the customer. */
  customerId: string | null;
  /** The chatbot platform's id of the customer. */
  userId: string | null;
  /** The customer's e-mail address. */
  email: string | null;
  /** The customer's phone number. */
  phone: string | null;
  /** The customer's name. */
  name: string | null;
  /** The customer's company. */
  company: string | null;
  /** The customer's job title. */
  jobTitle: string | null;
  /** The new values of the changed properties, by the property names of the other system; empty if a value was removed. */
  changes: Record<string, string>;
  /** Who or what changed the data. */
  changedBy: string | null;
  /** The page of the customer in the other system. */
  url: string | null;
  /** When the data changed. */
  updatedAt: number | null;
  /** The customer's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}
