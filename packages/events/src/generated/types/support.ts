// Generated from schemas/ by `npm run generate`. Do not edit.

/** A ticket was opened in the help desk. */
export interface TicketCreated {
  /** The help desk's id of the ticket. */
  ticketId: string;
  /** The ticket number that people know, if it differs from the id. */
  ticketNumber: string | null;
  /** The chatbot platform's id of the conversation that the ticket belongs to. */
  conversationId: string | null;
  /** The chatbot platform's id of the customer. */
  userId: string | null;
  /** The customer's e-mail address. */
  email: string | null;
  /** The customer's phone number. */
  phone: string | null;
  /** The customer's name. */
  customerName: string | null;
  /** The subject of the ticket. */
  subject: string | null;
  /** The first message of the ticket. */
  description: string | null;
  /** The status of the ticket, such as new or open. */
  status: string | null;
  /** The priority, such as urgent, high, normal or low. */
  priority: string | null;
  /** The category or type of the ticket. */
  category: string | null;
  /** The tags of the ticket. */
  tags: string[];
  /** How the ticket was opened, such as email, web or chat. */
  channel: string | null;
  /** The agent that the ticket is assigned to. */
  agentName: string | null;
  /** The team that the ticket is assigned to. */
  team: string | null;
  /** The page of the ticket. */
  url: string | null;
  /** When the ticket was opened. */
  createdAt: number | null;
  /** The customer's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}

/** A ticket changed in the help desk, or somebody commented on it. */
export interface TicketUpdated {
  /** The help desk's id of the ticket. */
  ticketId: string;
  /** The ticket number that people know, if it differs from the id. */
  ticketNumber: string | null;
  /** The chatbot platform's id of the conversation that the ticket belongs to. */
  conversationId: string | null;
  /** The chatbot platform's id of the customer. */
  userId: string | null;
  /** The customer's e-mail address. */
  email: string | null;
  /** The customer's phone number. */
  phone: string | null;
  /** The customer's name. */
  customerName: string | null;
  /** The subject of the ticket. */
  subject: string | null;
  /** The status after the change, such as open, pending, solved or closed. */
  status: string | null;
  /** The status before the change, if it changed. */
  previousStatus: string | null;
  /** The priority, such as urgent, high, normal or low. */
  priority: string | null;
  /** The tags of the ticket. */
  tags: string[];
  /** The help desk's id of the comment, if there is one. */
  commentId: string | null;
  /** The text of the comment. */
  comment: string | null;
  /** Whether the customer may see the comment. */
  isPublic: boolean | null;
  /** Who made the change: agent, customer or system. */
  authorRole: string | null;
  /** The agent who made the change, or the agent that the ticket is assigned to. */
  agentName: string | null;
  /** The team that the ticket is assigned to. */
  team: string | null;
  /** The page of the ticket. */
  url: string | null;
  /** When the ticket changed. */
  updatedAt: number | null;
  /** The customer's language as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}
