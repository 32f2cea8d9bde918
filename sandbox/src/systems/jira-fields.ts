import { type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { documentMistake } from './adf.ts';

const MOST_SUMMARY = 255;
const MOST_LABEL = 255;

/** The problems of an issue's fields, by field, as Jira words them. */
export function fieldProblems(fields: JsonObject, isNew: boolean): JsonObject {
  const errors: JsonObject = {};
  const { project, issuetype, summary, description, labels } = fields;
  if (isNew && !/^[A-Z][A-Z0-9_]+$/.test(textOf(objectOf(project).key)) && textOf(objectOf(project).id) === '') {
    errors.project = 'valid project is required';
  }
  if (isNew && textOf(objectOf(issuetype).name ?? objectOf(issuetype).id) === '')
    errors.issuetype = 'Specify an issue type';
  if (isNew || summary !== undefined) {
    if (textOf(summary).trim() === '') errors.summary = 'You must specify a summary of the issue.';
    else if (textOf(summary).length > MOST_SUMMARY) errors.summary = 'Summary must be less than 255 characters.';
    else if (/[\r\n]/.test(textOf(summary)))
      errors.summary = 'The summary is invalid because it contains newline characters.';
  }
  const mistake = description === undefined || description === null ? undefined : documentMistake(description);
  if (mistake !== undefined) errors.description = mistake;
  for (const label of listOf(labels).map(textOf)) {
    if (/\s/.test(label)) errors.labels = `The label '${label}' contains spaces which is invalid.`;
    else if (label === '' || label.length > MOST_LABEL)
      errors.labels = 'The label is empty or exceeds the maximum length of 255 characters.';
  }
  return errors;
}
