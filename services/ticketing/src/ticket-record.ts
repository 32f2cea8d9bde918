/** A ticket in a helpdesk. */
export interface TicketRecord {
  readonly id: string;
  /** The number that people know, if it differs from the id. */
  readonly number?: string | undefined;
  /** Its page for agents. */
  readonly url?: string | undefined;
}

/** The text that is stored. */
export const writeTicket = ({ id, number, url }: TicketRecord): string => JSON.stringify({ id, number, url });

/** Reads a stored text; earlier versions stored the id alone. */
export const readTicket = (text: string): TicketRecord =>
  text.startsWith('{') ? (JSON.parse(text) as TicketRecord) : { id: text };

/** The address of a ticket's page. */
export const pageUrl = (baseUrl: string, path: string): string => baseUrl.replace(/\/$/, '') + path;
