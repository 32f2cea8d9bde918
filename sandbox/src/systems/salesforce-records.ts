import { isEmail, isObject, type JsonObject, textOf } from '../json.ts';
import { createTable, type Table } from '../table.ts';

export interface SalesforceRecord extends JsonObject {
  Id: string;
}

export interface RecordProblem extends JsonObject {
  statusCode: string;
  message: string;
  fields: string[];
}

interface Definition {
  prefix: string;
  required: readonly string[];
  lengths: Readonly<Record<string, number>>;
}

const OBJECTS: Readonly<Record<string, Definition>> = {
  Contact: {
    prefix: '003',
    required: ['LastName'],
    lengths: { FirstName: 40, LastName: 80, Email: 80, Phone: 40, Title: 128, Description: 32_000 },
  },
  Lead: {
    prefix: '00Q',
    required: ['LastName', 'Company'],
    lengths: { FirstName: 40, LastName: 80, Company: 255, Email: 80, Phone: 40, Description: 32_000 },
  },
  Task: { prefix: '00T', required: [], lengths: { Subject: 255, Description: 32_000 } },
};

/** Indexed fields. Email is not an external id, but queries may filter by it. */
const isKey = (name: string): boolean => name === 'Email' || name.endsWith('__c');
export const isExternalId = (name: string): boolean => name.endsWith('__c');

/** Salesforce compares without case. */
export const keyOf = (field: string, value: string): string => `${field.toLowerCase()}=${value.toLowerCase()}`;

export type Records = Table<SalesforceRecord> & { definition: Definition };

export const createRecords = (): Map<string, Records> =>
  new Map(
    Object.entries(OBJECTS).map(([name, definition]) => {
      const table = createTable<SalesforceRecord>({
        key: (record) =>
          Object.entries(record).flatMap(([field, value]) => {
            const text = textOf(value);
            return isKey(field) && text !== '' && text.length <= 255 ? [keyOf(field, text)] : [];
          }),
      });
      return [name, { ...table, definition }];
    }),
  );

/** The fields that Salesforce would reject, including missing ones of a new record. */
export function problemsOf({ required, lengths }: Definition, fields: JsonObject, isNew: boolean): RecordProblem[] {
  const missing = required.filter((name) => (isNew || name in fields) && textOf(fields[name]).trim() === '');
  const problems: RecordProblem[] = [];
  if (missing.length > 0) {
    const message = `Required fields are missing: [${missing.join(', ')}]`;
    problems.push({ statusCode: 'REQUIRED_FIELD_MISSING', message, fields: missing });
  }
  for (const [name, value] of Object.entries(fields)) {
    const most = name.endsWith('__c') ? 255 : lengths[name];
    if (!/^[A-Za-z]\w*$/.test(name) || name === 'Id') {
      const message =
        name === 'Id' ? 'The Id field should not be specified in the sobject data.' : `No such column '${name}'`;
      problems.push({ statusCode: 'INVALID_FIELD', message, fields: [name] });
    } else if (isObject(value) || Array.isArray(value)) {
      problems.push({
        statusCode: 'JSON_PARSER_ERROR',
        message: `Cannot deserialize instance of ${name}`,
        fields: [name],
      });
    } else if (name === 'Email' && value !== null && value !== '' && !isEmail(value)) {
      const message = `Email: invalid email address: ${textOf(value)}`;
      problems.push({ statusCode: 'INVALID_EMAIL_ADDRESS', message, fields: [name] });
    } else if (most !== undefined && textOf(value).length > most) {
      const message = `${name}: data value too large: ${textOf(value).slice(0, 40)}… (max length=${most})`;
      problems.push({ statusCode: 'STRING_TOO_LONG', message, fields: [name] });
    }
  }
  return problems;
}
