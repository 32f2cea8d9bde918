import type { TextsEntry } from './action-form.ts';

/** For actions without texts of their own. They have no templates. */
export const NOT_FOUND: TextsEntry = {
  en: 'I found nothing for your request.',
  de: 'Zu Ihrer Anfrage habe ich nichts gefunden.',
};
export const FAILED: TextsEntry = {
  en: 'Sorry, I could not get an answer to your request. Please try again later.',
  de: 'Leider habe ich keine Antwort auf Ihre Anfrage bekommen. Bitte versuchen Sie es später noch einmal.',
};
