import { type Crm, LONGEST, type Note, type Person } from './crm.ts';
import { plainText } from './text.ts';

/** Characters that start a formula in spreadsheets. Some also accept the wide forms of East Asian keyboards. */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/** A phone number in international form: a spreadsheet shows it, or calculates a harmless number. */
const PHONE = /^\+[\d\s()./-]+$/;

/**
 * A CRM whose fields contain no formulas: contacts are exported as spreadsheets, and the texts are of unknown origin. A
 * leading apostrophe makes a formula text, as OWASP recommends. E-mail addresses stay unchanged, since they are the
 * contact's key; the characters allowed in them are not enough for a function.
 */
export function withoutFormulas(crm: Crm): Crm {
  return {
    ...crm,
    saveContact: (person, interaction, signal) =>
      crm.saveContact(
        safePerson(person),
        interaction && { ...interaction, intent: safe(interaction.intent, LONGEST.intent) },
        signal,
      ),
    // The text of a note never starts with text of unknown origin.
    saveNote: (contact, note, signal) => crm.saveNote(contact, crm.hasNoteFields ? safeNote(note) : note, signal),
  };
}

function safePerson({ firstName, lastName, phone, company, jobTitle, ...person }: Person): Person {
  return {
    ...person,
    firstName: safe(firstName, LONGEST.firstName),
    lastName: safe(lastName, LONGEST.lastName),
    phone: phone !== undefined && PHONE.test(phone) ? phone : safe(phone, LONGEST.phone),
    company: safe(company, LONGEST.company),
    jobTitle: safe(jobTitle, LONGEST.jobTitle),
  } as Person;
}

const safeNote = ({ facts, summary, messages, ...note }: Note): Note => ({
  ...note,
  messages: messages.map(({ speaker, time, text }) => ({
    speaker: safe(speaker, speaker.length + 1),
    time,
    text: safe(text, text.length + 1),
  })),
  summary: safe(summary, summary.length + 1),
  facts: facts.map(({ label, value }) => ({ label, value: safe(value, value.length + 1) })),
});

function safe<T extends string | undefined>(text: T, max: number): T {
  if (text === undefined || !FORMULA.test(text)) return text;
  const safeText = `'${text}`;
  return (safeText.length <= max ? safeText : plainText(safeText, max)) as T;
}
