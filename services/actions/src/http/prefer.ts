/** The seconds of `Prefer: wait=4`, or 0 for `respond-async` alone (RFC 7240). Undefined without either. */
export function waitSeconds(header: string | undefined): number | undefined {
  const preferences = (header ?? '').split(',').map((part) => part.split(';')[0]?.trim().toLowerCase() ?? '');
  for (const preference of preferences) {
    const [, seconds] = /^wait\s*=\s*"?(\d{1,6})"?$/.exec(preference) ?? [];
    if (seconds !== undefined) return Number(seconds);
  }
  return preferences.includes('respond-async') ? 0 : undefined;
}

const MOST_LOCALES = 10;
const LOCALE = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/;

/** The locales of `Accept-Language`, the best first. */
export function readLocales(header: string | undefined): readonly string[] {
  const wanted = (header ?? '').split(',', MOST_LOCALES).map((part) => {
    const [locale = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    const weight = parameters.flatMap((parameter) => /^q=([01](?:\.\d{1,3})?)$/.exec(parameter)?.[1] ?? []);
    return { locale, weight: Number(weight[0] ?? 1) };
  });
  const usable = wanted.filter(({ locale, weight }) => weight > 0 && LOCALE.test(locale));
  return usable.sort((one, other) => other.weight - one.weight).map(({ locale }) => locale);
}
