// Generated from schemas/ by `npm run generate`. Do not edit.

/** Something stopped working. */
export interface IncidentOpened {
  /** The monitoring system's id of the incident. */
  incidentId: string;
  /** What stopped working. */
  title: string;
  /** How bad it is, such as critical, major or minor. */
  severity: string | null;
  /** Where the work on it stands, such as investigating. */
  status: string | null;
  /** What is known about it. */
  description: string | null;
  /** What is affected. */
  services: string[];
  /** Who is affected, by the ids the chatbot knows them by. */
  userIds: string[];
  /** Where people follow it. */
  url: string | null;
  /** When it began. */
  startedAt: number | null;
  /** The language of the texts as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}

/** What had stopped working works again. */
export interface IncidentResolved {
  /** The monitoring system's id of the incident. */
  incidentId: string;
  /** What had stopped working. */
  title: string | null;
  /** How bad it was, such as critical, major or minor. */
  severity: string | null;
  /** What was done about it. */
  resolution: string | null;
  /** What was affected. */
  services: string[];
  /** Who was affected, by the ids the chatbot knows them by. */
  userIds: string[];
  /** Where people read about it. */
  url: string | null;
  /** When it began. */
  startedAt: number | null;
  /** When it ended. */
  resolvedAt: number | null;
  /** The language of the texts as a BCP 47 tag, such as de-DE. */
  locale: string | null;
}
