import type { TextsEntry } from './action-form.ts';
import type { Complain, Keys } from './problems.ts';
import { compileTemplate, type Values, type Variables } from './template.ts';

/** Rendered text by locale; the first locale is the default. */
export type Texts = Readonly<Record<string, string>>;

export type RenderTexts = (values: Values) => Texts;

/** A locale whose text reads what is not there is left out. */
export function compileTexts(form: TextsEntry, variables: Variables, at: Keys, complain: Complain): RenderTexts {
  const templates = Object.entries(form).flatMap(([locale, text]) => {
    const template = compileTemplate(text, variables, [...at, locale], complain);
    return template === undefined ? [] : [[locale, template] as const];
  });
  return (values) => {
    const rendered: [string, string][] = [];
    for (const [locale, template] of templates) {
      const text = template.render(values);
      if (text !== undefined) rendered.push([locale, text]);
    }
    return Object.fromEntries(rendered);
  };
}

/** The text in the best of the wanted locales: the locale itself, then its language, then the first text. */
export function pickText(texts: Texts, wanted: readonly string[]): string | undefined {
  const known = Object.keys(texts);
  for (const locale of wanted) {
    const language = languageOf(locale);
    const match =
      known.find((name) => name.toLowerCase() === locale.toLowerCase()) ??
      known.find((name) => name.toLowerCase() === language) ??
      known.find((name) => languageOf(name) === language);
    if (match !== undefined) return texts[match];
  }
  const [first] = known;
  return first === undefined ? undefined : texts[first];
}

const languageOf = (locale: string): string => (locale.split('-')[0] as string).toLowerCase();
