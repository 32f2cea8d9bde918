/** Zendesk's custom ticket fields, which an administrator creates in the real one. */
export const zendeskTicketFields = [
  { id: 9001, type: 'text', title: 'Conversation ID' },
  { id: 9002, type: 'text', title: 'Escalation reason' },
  { id: 9003, type: 'decimal', title: 'AI confidence' },
  { id: 9004, type: 'integer', title: 'Session duration (s)' },
] as const;

/** The title of a custom ticket field. */
export const titleOf = (id: number): string =>
  zendeskTicketFields.find((field) => field.id === id)?.title ?? `Field ${id}`;
