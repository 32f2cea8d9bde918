// Generated from schemas/ by `npm run generate`. Do not edit.

/** The chatbot handed a conversation over to people. */
export interface ConversationEscalated {
  /** The platform's id of the conversation. */
  conversationId: string;
  /** The platform's id of the person. */
  userId: string | null;
  /** How the person is called and reached. */
  customer: Customer | null;
  /** What the person wants, as the chatbot understood it, such as refund. */
  intent: string | null;
  /** Why the chatbot gave up, such as customer_frustrated or low_confidence. */
  reason: string | null;
  /** How sure the chatbot was of its understanding. */
  confidence: number | null;
  /** The person's mood, such as negative. */
  sentiment: string | null;
  /** The person's mood as a number, from bad to good. */
  sentimentScore: number | null;
  /** The conversation in a few sentences. */
  summary: string | null;
  /** How many messages were exchanged. */
  messageCount: number | null;
  /** How long the conversation lasted, in seconds. */
  sessionDuration: number | null;
  /** When the conversation began. */
  startedAt: number | null;
  /** Where the conversation takes place, such as web or whatsapp. */
  channel: string | null;
  /** The person's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
  /** The page the person was on. */
  pageUrl: string | null;
  /** What was said, oldest first. */
  transcript: TranscriptEntry[];
}

/** Who the chatbot is talking to, as far as it knows. */
export interface Customer {
  /** The person's name. */
  name: string | null;
  /** The person's e-mail address. */
  email: string | null;
  /** The person's phone number. */
  phone: string | null;
  /** The company the person speaks for. */
  company: string | null;
}

/** One turn of a conversation. */
export interface TranscriptEntry {
  /** Who spoke: user, bot, agent, or what the platform calls them. */
  role: string;
  /** What was said; nothing for a turn without words, such as an attachment. */
  text: string | null;
  /** When it was said. */
  timestamp: number | null;
}

/** A conversation ended with its matter settled. */
export interface ConversationResolved {
  /** The platform's id of the conversation. */
  conversationId: string;
  /** The platform's id of the person. */
  userId: string | null;
  /** How the person is called and reached. */
  customer: Customer | null;
  /** What the person wanted, as the chatbot understood it. */
  intent: string | null;
  /** How it was settled, such as answered or refund_issued. */
  resolution: string | null;
  /** Who settled it: bot, agent, or what the platform calls them. */
  resolvedBy: string | null;
  /** The conversation in a few sentences. */
  summary: string | null;
  /** How many messages were exchanged. */
  messageCount: number | null;
  /** How long the conversation lasted, in seconds. */
  sessionDuration: number | null;
  /** How the person rated it, on the platform's scale. */
  rating: number | null;
  /** Where the conversation took place, such as web or whatsapp. */
  channel: string | null;
  /** The person's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
  /** What was said, oldest first. */
  transcript: TranscriptEntry[];
}

/** A conversation ended without its matter settled. */
export interface ConversationUnresolved {
  /** The platform's id of the conversation. */
  conversationId: string;
  /** The platform's id of the person. */
  userId: string | null;
  /** How the person is called and reached. */
  customer: Customer | null;
  /** What the person wanted, as the chatbot understood it. */
  intent: string | null;
  /** Why it ended, such as abandoned or timed_out. */
  reason: string | null;
  /** The conversation in a few sentences. */
  summary: string | null;
  /** How many messages were exchanged. */
  messageCount: number | null;
  /** How long the conversation lasted, in seconds. */
  sessionDuration: number | null;
  /** How the person rated it, on the platform's scale. */
  rating: number | null;
  /** Where the conversation took place, such as web or whatsapp. */
  channel: string | null;
  /** The person's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
  /** What was said, oldest first. */
  transcript: TranscriptEntry[];
}

/** A person wrote to the chatbot. */
export interface MessageReceived {
  /** The platform's id of the conversation; some platforms know only the person. */
  conversationId: string | null;
  /** The platform's id of the person who wrote. */
  userId: string | null;
  /** The platform's id of the message. */
  messageId: string | null;
  /** What the person wrote; nothing for a message without words, such as an image. */
  text: string | null;
  /** The files that came with the message. */
  attachments: Attachment[];
  /** Where the message came in, such as web or whatsapp. */
  channel: string | null;
  /** The person's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
  /** How the person is called and reached. */
  customer: Customer | null;
  /** When the person sent it. */
  sentAt: number | null;
}

/** A file that came with a message. */
export interface Attachment {
  /** Where the platform keeps the file. */
  url: string | null;
  /** What it is: a media type, or a word such as image. */
  type: string | null;
  /** The file's name. */
  name: string | null;
}

/** A person left contact details, in a conversation or in a form of the chat window. */
export interface LeadCaptured {
  /** The platform's id of the conversation, if the lead came out of one. */
  conversationId: string | null;
  /** The platform's id of the lead. */
  leadId: string | null;
  /** The platform's id of the person. */
  userId: string | null;
  /** The person's e-mail address. */
  email: string | null;
  /** The person's phone number. */
  phone: string | null;
  /** The person's name. */
  name: string | null;
  /** The company the person speaks for. */
  company: string | null;
  /** What the person does there. */
  jobTitle: string | null;
  /** What the person is after, as the chatbot understood it. */
  intent: string | null;
  /** The product or plan the person asked about. */
  interest: string | null;
  /** How promising the lead is, on the platform's scale. */
  score: number | null;
  /** The conversation, or what the person wrote, in a few sentences. */
  summary: string | null;
  /** How many messages were exchanged. */
  messageCount: number | null;
  /** How long the conversation lasted, in seconds. */
  sessionDuration: number | null;
  /** Whether the person agreed to be contacted. */
  consent: boolean | null;
  /** The campaign that brought the person. */
  campaign: string | null;
  /** Where the details were left, such as web or whatsapp. */
  channel: string | null;
  /** The person's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
  /** The page the person was on. */
  pageUrl: string | null;
}

/** A message to a person was sent, delivered or read, or failed. */
export interface MessageStatus {
  /** The platform's id of the conversation; some platforms know only the person. */
  conversationId: string | null;
  /** The platform's id of the person to whom the message was sent. */
  userId: string | null;
  /** The platform's id of the message. */
  messageId: string;
  /** What became of the message: sent, delivered, read or failed. */
  status: string;
  /** The platform's code for the failure. */
  errorCode: string | null;
  /** The platform's description of the failure. */
  errorText: string | null;
  /** The phone number that the message was sent to. */
  phone: string | null;
  /** The channel of the message, such as whatsapp or sms. */
  channel: string | null;
  /** When the message reached this status. */
  changedAt: number | null;
}

/** A flow or an action has a message for a person. */
export interface MessageRequested {
  /** The chatbot platform's id of the person. */
  userId: string;
  /** The chatbot platform's id of the conversation that the message belongs to. */
  conversationId: string | null;
  /** The subject, for channels that show one. */
  title: string | null;
  /** The text by locale, as a BCP 47 tag; the first is the default. */
  texts: Record<string, string>;
  /** What the message is about; messages about the same thing keep their order. */
  about: string | null;
  /** Whether the person has asked for it. Such a message needs no opt-in and does not wait. */
  solicited: boolean;
  /** Whether the message bypasses quiet hours, digests and rate limits. */
  urgent: boolean;
  /** When the message becomes pointless. */
  expiresAt: number | null;
}
